import { commands, env, Uri } from "vscode";
import type { Services } from "../services.ts";
import { targetModel, targetModels } from "./targets.ts";

/** Reveal in Explorer View: selects the model in the editor's explorer. */
export async function revealInExplorer(args: readonly unknown[], services: Services): Promise<void> {
  const { path } = await targetModel(args, "show", services);
  await commands.executeCommand("revealInExplorer", Uri.file(path));
}

/** Copy Path: a line for each selected model. */
export async function copyPath(args: readonly unknown[], services: Services): Promise<void> {
  const models = await targetModels(args, "show", services);
  await env.clipboard.writeText(models.map(({ path }) => path).join("\n"));
}

export async function openSettings(): Promise<void> {
  await commands.executeCommand("workbench.action.openSettings", "@ext:model-provenance.model-provenance");
}
