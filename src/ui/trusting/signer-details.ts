import { l10n } from "vscode";
import type { Signer } from "../../core/verification/signer.ts";

/** What a person can compare before trusting a signer, a line or sentence each. */
export async function signerDetails(signer: Signer): Promise<readonly string[]> {
  if (signer.method === "key") return [l10n.t("{0} key, SHA-256 {1}", signer.curve, signer.fingerprint)];
  if (signer.method === "certificate") {
    const issued = l10n.t("Certificate issued by {0} under the root {1}", signer.issuer, signer.root);
    return [...signer.alternativeNames, issued];
  }
  const { callingRepository } = await import("../../core/verification/ci-identity.ts");
  const caller = callingRepository(signer);
  const issuer = l10n.t("Identity provider: {0}", signer.issuer);
  if (caller === undefined) return [issuer];
  const shared = l10n.t(
    "This workflow ran for another repository, {0}: anyone who can call the workflow can sign with its identity.",
    caller,
  );
  return [issuer, shared];
}
