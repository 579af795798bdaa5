import { l10n } from "vscode";
import { ciIdentity, GITHUB_ACTIONS_ISSUER, shortRef } from "../core/verification/ci-identity.ts";
import type { Signer, SigstoreSigner } from "../core/verification/signer.ts";
import { signerText } from "../core/words.ts";
import { plainText } from "../platform/plain-text.ts";
import { timeText } from "./time-text.ts";

/** Identity providers that people know by name; every other is told by its address. */
const ISSUERS: ReadonlyMap<string, string> = new Map([
  ["https://accounts.google.com", "Google"],
  ["https://github.com/login/oauth", "GitHub"],
  ["https://login.microsoftonline.com", "Microsoft"],
  [GITHUB_ACTIONS_ISSUER, "GitHub Actions"],
  ["https://gitlab.com", "GitLab"],
]);

/** Who signed, in one line; a workflow as `acme/models release.yml@v1.2`. The whole identity belongs beside it. */
export function signerName(signer: Signer): string {
  const ci = signer.method === "sigstore" ? ciIdentity(signer) : undefined;
  if (ci !== undefined) return plainText(l10n.t("ci: {0} {1}@{2}", ci.repository, ci.workflow, shortRef(ci.ref)));
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
