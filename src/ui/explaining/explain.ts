import { commands, l10n } from "vscode";
import { targetModel } from "../commands/targets.ts";
import { modelName } from "../model-text.ts";
import type { Services } from "../services.ts";
import { toldUri } from "./told-documents.ts";

/**
 * Explain Decision: which policies cover a model, and what each authority says to its signer, in words.
 *
 * @throws CancellationError
 */
export async function explainDecision(args: readonly unknown[], services: Services): Promise<void> {
  const model = await targetModel(args, "explain", services);
  const title = l10n.t("Decision on {0}", modelName(model));
  await commands.executeCommand("markdown.showPreview", toldUri("decision", model.path, title));
}

/**
 * Show Report: all that is known of a model.
 *
 * @throws CancellationError
 */
export async function showReport(args: readonly unknown[], services: Services): Promise<void> {
  const model = await targetModel(args, "report", services);
  const title = l10n.t("Report on {0}", modelName(model));
  await commands.executeCommand("markdown.showPreview", toldUri("report", model.path, title));
}
