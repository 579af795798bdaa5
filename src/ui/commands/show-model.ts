import { commands, env, l10n, Uri, window } from "vscode";
import type { Verdict } from "../../core/verdict.ts";
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

/** What is known of the models now, as JSON, for a ticket or a script: one object, or an array of several. */
export async function copyReport(args: readonly unknown[], services: Services): Promise<void> {
  const models = await targetModels(args, "show", services);
  const [only] = models;
  if (only === undefined) return;
  const reports = models.map(({ verdict }) => report(verdict));
  await env.clipboard.writeText(`${JSON.stringify(reports.length === 1 ? reports[0] : reports, undefined, 2)}\n`);
  const text =
    models.length === 1
      ? l10n.t("Copied the report of {0}", modelName(only))
      : l10n.t("Copied {0} reports", models.length);
  window.setStatusBarMessage(text, 3_000);
}

/** As the terminal's `verify --json` has it: `schemas/report.schema.json`. */
function report(verdict: Verdict): Readonly<Record<string, unknown>> {
  return { version: 1, command: "verify", verified: verdict.state === "verified", verdict };
}
