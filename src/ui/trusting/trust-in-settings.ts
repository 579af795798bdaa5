import { CancellationError, l10n, window } from "vscode";
import type { SigstoreSigner } from "../../core/verification/signer.ts";
import { SETTINGS } from "../../platform/ids.ts";
import { messageText } from "../../platform/plain-text.ts";
import { changeSetting, setting } from "../../platform/settings.ts";
import type { KnownModel } from "../../workspace/registry.ts";
import { modelName } from "../model-text.ts";

/**
 * Adds the authentic keyless signer of a model to those whom the person accepts everywhere, after showing exactly what
 * is written.
 *
 * @throws CancellationError
 */
export async function trustInSettings(model: KnownModel, signer: SigstoreSigner): Promise<void> {
  const { identity, issuer } = signer;
  const entry = { identity, issuer };
  const trust = l10n.t("Trust Signer");
  const detail = [
    l10n.t("Models that {0} signed, vouched for by {1}, are shown as verified in every workspace.", identity, issuer),
    l10n.t("Added to {0} in your settings:", SETTINGS.trustedIdentities),
    `"identity": ${JSON.stringify(identity)}\n"issuer": ${JSON.stringify(issuer)}`,
  ];
  const question = l10n.t("Trust {0}, who signed {1}?", identity, modelName(model));
  const options = { modal: true, detail: detail.join("\n\n").split("\n").map(messageText).join("\n") };
  if ((await window.showInformationMessage(messageText(question), options, trust)) !== trust) {
    throw new CancellationError();
  }
  const { readTrustSettings } = await import("../../platform/trust-settings.ts");
  const { identities } = await readTrustSettings();
  if (!identities.some((known) => known.identity === identity && known.issuer === issuer)) {
    await changeSetting("trustedIdentities", [...setting("trustedIdentities"), entry]);
  }
}
