import { basename } from "node:path";
import { CancellationError, l10n } from "vscode";
import type { SigstoreSigner } from "../../core/verification/signer.ts";
import { SETTINGS } from "../../platform/ids.ts";
import { changeSetting, setting } from "../../platform/settings.ts";
import type { KnownModel } from "../../workspace/registry.ts";
import { askInDialog } from "../ask.ts";
import { modelName } from "../model-text.ts";
import type { Services } from "../services.ts";
import { accept } from "./accept-source.ts";
import type { SignerEvidence } from "./identify-signer.ts";

/** Whether the signer can be added to the settings: a key or root that was not chosen just now is there, or in a policy. */
export function canTrustInSettings(evidence: SignerEvidence): boolean {
  return evidence.pem === undefined || evidence.file !== undefined;
}

/**
 * Adds the signer of a model to the user's settings, after showing exactly what is added.
 *
 * @throws CancellationError
 */
export async function trustInSettings(model: KnownModel, evidence: SignerEvidence, services: Services): Promise<void> {
  const { signer, pem = "", file = "" } = evidence;
  if (signer.method === "sigstore") return trustIdentity(model, signer);
  await accept({ label: basename(file), pem }, file, services);
}

async function trustIdentity(model: KnownModel, { identity, issuer }: SigstoreSigner): Promise<void> {
  const trust = l10n.t("Trust Signer");
  const paragraphs = [
    [l10n.t("Models that {0} signs with a login at {1} are shown as verified in every workspace.", identity, issuer)],
    [l10n.t("Added to {0} in your settings:", SETTINGS.trustedIdentities)],
    [`"identity": ${JSON.stringify(identity)}`, `"issuer": ${JSON.stringify(issuer)}`],
  ];
  const question = l10n.t("Trust {0}, who signed {1}?", identity, modelName(model));
  if ((await askInDialog("information", question, paragraphs, trust)) !== trust) throw new CancellationError();
  const { readTrustSettings } = await import("../../platform/trust-settings.ts");
  const { identities } = await readTrustSettings();
  if (!identities.some((known) => known.identity === identity && known.issuer === issuer)) {
    await changeSetting("trustedIdentities", [...setting("trustedIdentities"), { identity, issuer }]);
  }
}
