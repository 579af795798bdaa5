import { env, l10n, window } from "vscode";
import { verifyReport } from "../../core/verify-report.ts";
import type { KnownModel } from "../../workspace/registry.ts";
import { modelName } from "../model-text.ts";
import { markdownReport } from "../reports/model-report.ts";
import type { Services } from "../services.ts";
import { targetModels } from "./targets.ts";

/** Milliseconds that the message stays in the status bar. */
const MESSAGE_DURATION = 3_000;

/** Copy Report as JSON: copies what is known about the models, for scripts: one object, or an array for several models. */
export async function copyReport(args: readonly unknown[], services: Services): Promise<void> {
  await copy(await targetModels(args, "show", services), (models) => {
    const reports = models.map(({ verdict }) => verifyReport(verdict));
    return `${JSON.stringify(reports.length === 1 ? reports[0] : reports, undefined, 2)}\n`;
  });
}

/** Copy Report as Markdown: copies the same for a ticket or a chat. */
export async function copyReportAsMarkdown(args: readonly unknown[], services: Services): Promise<void> {
  await copy(await targetModels(args, "show", services), (models) => models.map(markdownReport).join("\n"));
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
