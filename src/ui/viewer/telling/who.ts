import type { Comparison } from "../../../core/manifest/comparison.ts";
import { ciIdentity, shortRef } from "../../../core/verification/ci-identity.ts";
import type { Signer } from "../../../core/verification/signer.ts";
import { signerText } from "../../../core/words.ts";
import { plainText } from "../../../platform/plain-text.ts";
import type { Edge } from "./edge.ts";

/** The signer in a sentence. The address of a workflow is given by its parts; the identity has the whole of it. */
export function whoText(signer: Signer, { l10n }: Edge): string {
  const ci = signer.method === "sigstore" ? ciIdentity(signer) : undefined;
  if (ci === undefined) return plainText(signerText(signer));
  const [file, repository, ref] = [ci.workflow, `${ci.host}/${ci.repository}`, shortRef(ci.ref)].map(plainText);
  return l10n.t("the workflow {0} of {1} at {2}", file ?? "", repository ?? "", ref ?? "");
}

/** `1 file changed, 2 missing` */
export function differencesText({ changed, missing, added }: Comparison, { l10n }: Edge): string {
  const files = new Set(changed.map(({ name }) => name)).size;
  return [
    { count: files, text: files === 1 ? l10n.t("1 file changed") : l10n.t("{0} files changed", files) },
    {
      count: missing.length,
      text: missing.length === 1 ? l10n.t("1 file missing") : l10n.t("{0} files missing", missing.length),
    },
    {
      count: added.length,
      text: added.length === 1 ? l10n.t("1 file added") : l10n.t("{0} files added", added.length),
    },
  ]
    .flatMap(({ count, text }) => (count > 0 ? [text] : []))
    .join(", ");
}
