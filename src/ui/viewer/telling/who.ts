import type { Comparison } from "../../../core/manifest/comparison.ts";
import type { Signer } from "../../../core/verification/signer.ts";
import { signerText } from "../../../core/words.ts";
import { plainText } from "../../../platform/plain-text.ts";
import type { Edge } from "./edge.ts";

/** As GitHub's workflows are certified: repository, file, ref. */
const WORKFLOW = /^https:\/\/github\.com\/([^/]+\/[^/]+)\/\.github\/workflows\/([^/@]+)@refs\/(?:heads|tags)\/(.+)$/;

/** The signer in a sentence. The address of a workflow is told by its parts; the identity has the whole of it. */
export function whoText(signer: Signer, { l10n }: Edge): string {
  const [, repository, file, ref] = (signer.method === "sigstore" && WORKFLOW.exec(signer.identity)) || [];
  if (repository === undefined || file === undefined || ref === undefined) return plainText(signerText(signer));
  return l10n.t("the workflow {0} of github.com/{1} at {2}", plainText(file), plainText(repository), plainText(ref));
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
