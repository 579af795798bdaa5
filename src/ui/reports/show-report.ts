import { commands, l10n } from "vscode";
import { targetModel } from "../commands/targets.ts";
import { modelName } from "../model-text.ts";
import type { Services } from "../services.ts";
import { reportUri } from "./report-documents.ts";

/**
 * Explain Decision: shows which policies cover a model, and whether each of their authorities accepts its signer.
 *
 * @throws CancellationError
 */
export async function explainDecision(args: readonly unknown[], services: Services): Promise<void> {
  const model = await targetModel(args, "explain", services);
  const title = l10n.t("Decision on {0}", modelName(model));
  await commands.executeCommand("markdown.showPreview", reportUri("decision", model.path, title));
}

/**
 * Show Report: shows everything known about a model.
 *
 * @throws CancellationError
 */
export async function showReport(args: readonly unknown[], services: Services): Promise<void> {
  const model = await targetModel(args, "report", services);
  const title = l10n.t("Report on {0}", modelName(model));
  await commands.executeCommand("markdown.showPreview", reportUri("report", model.path, title));
}
