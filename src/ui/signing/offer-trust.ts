import { l10n } from "vscode";
import { trustLabel, unknownSigner } from "../../core/presentation/unknown-signer.ts";
import type { PemSource } from "../../core/trust.ts";
import type { Verdict } from "../../core/verdict.ts";
import type { Action } from "../../platform/commands.ts";
import type { Services } from "../services.ts";
import { trustSigner } from "../trusting/trust-signer.ts";

export interface TrustOffer {
  readonly text: string;
  readonly action: Action;
}

/**
 * Where the signer is not trusted yet: says so, and offers to trust them. Where a policy covers the model, the settings
 * have no effect, and the policy has to accept the signer.
 *
 * @param publicKey that has just signed, where it has no certificate
 */
export function offerTrust(
  verdict: Verdict,
  publicKey: PemSource | undefined,
  services: Services,
): TrustOffer | undefined {
  const label = trustLabel(verdict, l10n.t);
  if (label === undefined) return undefined;
  const { model, decision, state } = verdict;
  const action = { label, run: () => trustSigner([model], services) };
  const missing = unknownSigner(verdict)?.kind;
  if (decision === undefined && missing === "key" && publicKey !== undefined) {
    const run = async (): Promise<void> => {
      await services.trust.remember("key", publicKey);
      await services.checker.check(model, "files", { asked: true });
    };
    const text = l10n.t("You don't trust this key yet, so the model isn't verified.");
    return { text, action: { label: l10n.t("Trust Key"), run } };
  }
  if (decision === undefined && missing === "certificate") {
    return { text: l10n.t("You don't trust its root certificate yet, so the model isn't verified."), action };
  }
  // Without a policy, only the identity of a login can be authentic and not accepted.
  if (decision === undefined && state === "untrusted") {
    return { text: l10n.t("You don't trust your own identity yet, so the model isn't verified."), action };
  }
  return { text: l10n.t("You don't trust this signer yet, so the model isn't verified."), action };
}
