import { ProvenanceError } from "../core/errors.ts";
import { replacementText } from "../core/replacement-text.ts";
import type { NameList, Replacement } from "../core/signing/replacement.ts";
import type { OptionSpecs } from "./arguments.ts";
import { confirm } from "./question.ts";
import { field } from "./report.ts";
import type { Terminal } from "./terminal.ts";
import type { Line } from "./text.ts";

export const REPLACEMENT_OPTIONS = {
  yes: {
    type: "switch",
    help: "Confirm without a prompt: signing files that differ from the signature that is replaced, signing an incomplete model, and what becomes public.",
  },
  force: {
    type: "switch",
    help: "Replace the signature of another model or by another signer, and sign files that contain private keys. A file that is not a model signature is never replaced.",
  },
} as const satisfies OptionSpecs;

/** Most names of a list that are shown. */
const SHOWN = 10;

/**
 * Shows how the files differ from the signature that is replaced, and asks whether to sign them.
 *
 * @throws ProvenanceError SIGNATURE_REPLACEMENT_DECLINED where there is no terminal to ask, CANCELLED
 */
export async function confirmReplacement(replacement: Replacement, yes: boolean, terminal: Terminal): Promise<boolean> {
  const { err, log, input } = terminal;
  const text = replacementText(replacement);
  if (yes) {
    log.info(`${text}.`);
    return true;
  }
  if (!input.isTTY) {
    throw new ProvenanceError(
      "SIGNATURE_REPLACEMENT_DECLINED",
      `${text}. There is no terminal to ask whether to sign the files as they are now: confirm with --yes. Nothing was written.`,
      { details: { path: replacement.signature } },
    );
  }
  const { changed, missing, added } = replacement.changes;
  err.print(
    [{ text: `${text}.`, style: "amber" }],
    ...field("changed", ...listed(changed)),
    ...field("missing", ...listed(missing)),
    ...field("added", ...listed(added)),
  );
  return confirm("Sign the files as they are now?", terminal);
}

function listed({ names, count }: NameList): Line[] {
  const shown = names.slice(0, SHOWN);
  const more = count - shown.length;
  return [...shown.map((name) => [name]), ...(more > 0 ? [[`and ${more} more`]] : [])];
}
