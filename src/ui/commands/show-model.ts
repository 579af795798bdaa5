import { basename } from "node:path";
import * as v from "valibot";
import { commands, l10n, Uri } from "vscode";
import { isSignatureName } from "../../core/model/signature-names.ts";
import { signaturePaths } from "../../core/verdict.ts";
import { notify } from "../../platform/commands.ts";
import { EDITORS, VIEWS } from "../../platform/ids.ts";
import { messageText } from "../../platform/plain-text.ts";
import { pickItem } from "../ask.ts";
import { modelName } from "../model-text.ts";
import type { Services } from "../services.ts";
import { signatureName, signatureText } from "../signature-rows.ts";
import { FILE, pickAmong, targetModel, targetModels } from "./targets.ts";

/** Show Models: opens the view, at a model if one is given; the user picks one of several. */
export async function showModel(args: readonly unknown[], services: Services): Promise<void> {
  const models = args.length === 0 ? [] : await targetModels(args, "show", services);
  const model = models.length > 1 ? await pickAmong(models, l10n.t("Models"), services) : models[0];
  if (model === undefined) await commands.executeCommand(`${VIEWS.models}.focus`);
  else await services.view.show(model.path);
}

/** The line of a bundle, of a file with one a line. */
const LINE = v.pipe(v.number(), v.integer(), v.minValue(1));

/** Show Signature: opens the viewer on the given file if it may be a signature, otherwise on the model's signature. */
export async function showSignature(args: readonly unknown[], services: Services): Promise<void> {
  const file = v.safeParse(FILE, args[0]);
  const line = v.safeParse(LINE, args[1]);
  const named =
    file.success && isSignatureFile(file.output, services)
      ? { uri: file.output, line: line.success ? line.output : undefined }
      : undefined;
  const chosen = named ?? (await signatureOf(args, services));
  if (chosen === undefined) return;
  (await import("../viewer/viewer-document.ts")).showLine(chosen.uri, chosen.line);
  await commands.executeCommand("vscode.openWith", chosen.uri, EDITORS.signature);
}

function isSignatureFile(uri: Uri, { registry }: Services): boolean {
  if (registry.get(uri.fsPath) !== undefined) return false;
  return registry.signedBy(uri.fsPath) !== undefined || isSignatureName(basename(uri.path));
}

/** Of several signatures, the one that the user picks; undefined where there is none. */
async function signatureOf(args: readonly unknown[], services: Services) {
  const model = await targetModel(args, "verify", services);
  const { path, verdict } = model;
  const { signature, signatures = [] } = verdict;
  if (signature === undefined) {
    notify(services.log, "information", l10n.t("{0} is not signed.", modelName(model)));
    return undefined;
  }
  if (signatures.length < 2 && signaturePaths(verdict).length < 2) return { uri: Uri.file(signature), line: undefined };
  const items = signatures.map((summary) => ({
    label: messageText(signatureName(path, summary)),
    description: messageText(signatureText(summary)),
    summary,
  }));
  const options = { title: l10n.t("Show Signature"), placeHolder: l10n.t("Select a signature") };
  const { summary } = await pickItem(items, options);
  return { uri: Uri.file(summary.signature), line: summary.line };
}
