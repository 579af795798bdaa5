import { commands, l10n, Uri, window } from "vscode";
import { VIEWS } from "../../platform/ids.ts";
import { modelName } from "../model-text.ts";
import type { Services } from "../services.ts";
import { pickAmong, targetModel, targetModels } from "./targets.ts";

/** Opens the view, at the model if one is named; of several, at the one that the person picks. */
export async function showModel(args: readonly unknown[], services: Services): Promise<void> {
  const models = args.length === 0 ? [] : await targetModels(args, "show", services);
  const model = models.length > 1 ? await pickAmong(models, l10n.t("Models"), services) : models[0];
  if (model === undefined) await commands.executeCommand(`${VIEWS.models}.focus`);
  else await services.view.show(model.path);
}

export async function showSignature(args: readonly unknown[], services: Services): Promise<void> {
  const model = await targetModel(args, "verify", services);
  const { signature } = model.verdict;
  if (signature === undefined) void window.showInformationMessage(l10n.t("{0} is not signed.", modelName(model)));
  else await commands.executeCommand("vscode.open", Uri.file(signature));
}
