import { commands, env, l10n, window } from "vscode";
import { verifyReport } from "../../core/operations/verify/verify-report.ts";
import type { KnownModel } from "../../workspace/registry.ts";
import { targetModel, targetModels } from "../commands/targets.ts";
import { modelName } from "../model-text.ts";
import type { Services } from "../services.ts";
import { modelReport } from "./model-report.ts";
import { type ReportKind, reportUri } from "./report-documents.ts";

/** Milliseconds that a message stays in the status bar. */
const MESSAGE_DURATION = 3_000;

/**
 * Explain Decision: shows which policies cover a model, and whether each of their authorities accepts its signer.
 * Show Report: shows that and everything else known about the model.
 *
 * @throws CancellationError
 */
export async function showReport(kind: ReportKind, args: readonly unknown[], services: Services): Promise<void> {
  const model = await targetModel(args, kind === "decision" ? "explain" : "report", services);
  const name = modelName(model);
  const title = kind === "decision" ? l10n.t("Decision on {0}", name) : l10n.t("Report on {0}", name);
  await commands.executeCommand("markdown.showPreview", reportUri(kind, model.path, title));
}

/** Copy Report as JSON: copies what is known about the models, for scripts: one object, or an array for several models. */
export async function copyReport(args: readonly unknown[], services: Services): Promise<void> {
  await copy(await targetModels(args, "show", services), (models) => {
    const reports = models.map(({ path, verdict }) => verifyReport(verdict, services.origins.get(path)?.origin));
    return `${JSON.stringify(reports.length === 1 ? reports[0] : reports, undefined, 2)}\n`;
  });
}

/** Copy Report as Markdown: copies the same for a ticket or a chat. */
export async function copyReportAsMarkdown(args: readonly unknown[], services: Services): Promise<void> {
  await copy(await targetModels(args, "show", services), (models) =>
    models.map((model) => modelReport(model, services.origins.get(model.path))).join("\n"),
  );
}

async function copy(models: readonly KnownModel[], text: (models: readonly KnownModel[]) => string): Promise<void> {
  const [only] = models;
  if (only === undefined) return;
  await env.clipboard.writeText(text(models));
  const message =
    models.length === 1
      ? l10n.t("Copied the report of {0}", modelName(only))
      : l10n.t("Copied {0} reports", models.length);
  window.setStatusBarMessage(message, MESSAGE_DURATION);
}
