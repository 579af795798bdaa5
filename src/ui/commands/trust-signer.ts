import { CancellationError, l10n, window } from "vscode";
import { ProvenanceError } from "../../core/errors.ts";
import { SETTINGS } from "../../platform/ids.ts";
import { messageText } from "../../platform/plain-text.ts";
import { changeSetting, setting } from "../../platform/settings.ts";
import { modelName } from "../model-text.ts";
import type { Services } from "../services.ts";

/**
 * Adds the authentic keyless signer of a model to those whom the person accepts everywhere, after showing exactly what
 * is written; then checks the model again.
 *
 * @throws CancellationError
 */
export async function trustSigner(path: string, services: Services): Promise<void> {
  const model = services.registry.get(path);
  const signer = model?.verdict.signer ?? model?.before?.signer;
  if (model === undefined || signer?.method !== "sigstore") {
    throw new ProvenanceError("USAGE", l10n.t("There is no signer here who could be trusted: verify the model first."));
  }
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
  const identities = setting("trustedIdentities");
  if (!identities.some((known) => known.identity === identity && known.issuer === issuer)) {
    await changeSetting("trustedIdentities", [...identities, entry]);
  }
  await services.checker.check(path, "files", { asked: true });
}
