import { countText } from "../../presentation/bytes-and-time.ts";
import { ENGLISH } from "../../presentation/localizer.ts";
import { signerText } from "../../presentation/signer-text.ts";
import type { Replacement } from "../../signing/replacement.ts";

/** Names in a sentence. */
const NAMED = 3;

/** The earlier signer, with whether it was verified. */
export function earlierSignerText({ signer, claimedSigner }: Pick<Replacement, "signer" | "claimedSigner">): string {
  return signer === undefined ? `one who claims to be ${claimedSigner}` : signerText(signer, ENGLISH.t);
}

/** "1 file differs from the signature by key prod.pub: model.safetensors" */
export function replacementText(replacement: Replacement): string {
  const { comparable, changed, missing, added } = replacement.changes;
  const by = `the signature by ${earlierSignerText(replacement)}`;
  const count = changed.count + missing.count + added.count;
  const names = [changed, missing, added].flatMap((list) => list.names).slice(0, NAMED);
  const more = count > names.length ? ` and ${count - names.length} more` : "";
  const listed =
    count === 0
      ? ""
      : `${countText(count, "file")} ${count === 1 ? "differs" : "differ"} from ${by}: ${names.join(", ")}${more}`;
  if (comparable) return listed;
  const unknown = `whether the files still match ${by} is not known, because it has other digests`;
  return listed === "" ? unknown : `${listed}; ${unknown}`;
}
