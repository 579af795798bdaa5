import { l10n } from "vscode";
import type { Signer, SigstoreSigner } from "../core/verification/signer.ts";
import { signerText } from "../core/words.ts";
import { plainText } from "../platform/plain-text.ts";
import { timeText } from "./time-text.ts";

/** Identity providers that people know by name; every other is told by its address. */
const ISSUERS: ReadonlyMap<string, string> = new Map([
  ["https://accounts.google.com", "Google"],
  ["https://github.com/login/oauth", "GitHub"],
  ["https://login.microsoftonline.com", "Microsoft"],
  ["https://token.actions.githubusercontent.com", "GitHub Actions"],
  ["https://gitlab.com", "GitLab"],
]);

/** Workflows of GitHub Actions: `https://github.com/acme/models/.github/workflows/release.yml@refs/tags/v1.2`. */
const WORKFLOW = /^https:\/\/github\.com\/([^/@]+\/[^/@]+)\/\.github\/workflows\/([^/@]+)@refs\/(?:heads|tags)\/(.+)$/;

/** Who signed, in one line; a workflow as `acme/models release.yml@v1.2`. The whole identity belongs beside it. */
export function signerName(signer: Signer): string {
  if (signer.method === "sigstore" && ISSUERS.get(signer.issuer) === "GitHub Actions") {
    const [, repository, workflow, ref] = WORKFLOW.exec(signer.identity) ?? [];
    if (repository !== undefined) return plainText(l10n.t("ci: {0} {1}@{2}", repository, workflow ?? "", ref ?? ""));
  }
  return plainText(signerText(signer));
}

/** Who vouched for the identity. */
export function issuerName({ issuer }: SigstoreSigner): string {
  return plainText(ISSUERS.get(issuer) ?? issuer);
}

/** "Google, 21 Nov 2026, 14:02". */
export function vouchedText(signer: SigstoreSigner): string {
  return `${issuerName(signer)}, ${timeText(signer.signedAt)}`;
}
