import { basename, dirname } from "node:path";
import { CancellationError, commands, l10n, Uri, window, workspace } from "vscode";
import { originSentences } from "../../core/presentation/origin-text.ts";
import { signerName } from "../../core/presentation/signer-text.ts";
import { notify } from "../../platform/commands.ts";
import { EDITORS } from "../../platform/ids.ts";
import { plainText } from "../../platform/plain-text.ts";
import { withProgress } from "../../platform/progress.ts";
import { modelName } from "../model-text.ts";
import type { Services } from "../services.ts";
import { downloadUri } from "../viewer/viewer-document.ts";
import { targetModel } from "./targets.ts";

/** Check Against Download Record: compares the digests of all files with what the tool that downloaded them recorded. */
export async function checkOrigin(args: readonly unknown[], services: Services): Promise<void> {
  const model = await targetModel(args, "origin", services);
  const name = modelName(model);
  const report = await withProgress(l10n.t("Comparing {0} with its download record", name), ({ bytes }, signal) =>
    services.origins.check(model.path, { signal, onProgress: bytes }),
  );
  const [first] = originSentences(report, l10n.t);
  const text = first?.text ?? l10n.t("No download record was found.");
  notify(services.log, first?.caution === true ? "warning" : "information", `${name}: ${plainText(text)}`);
}

/** Show Download Record: opens the page of the model's record. */
export async function showOrigin(args: readonly unknown[], services: Services): Promise<void> {
  const model = await targetModel(args, "showOrigin", services);
  await commands.executeCommand("vscode.openWith", downloadUri(model), EDITORS.signature);
}

/** Save Bill of Materials…: writes CycloneDX where the user chooses. */
export async function saveBom(args: readonly unknown[], services: Services): Promise<void> {
  const model = await targetModel(args, "bom", services);
  const name = modelName(model);
  const target = await window.showSaveDialog({
    title: l10n.t("Save Bill of Materials"),
    defaultUri: Uri.file(`${dirname(model.path)}/${basename(model.path)}.cdx.json`),
    filters: { "CycloneDX JSON": ["json"] },
  });
  if (target === undefined) throw new CancellationError();
  const { state, signer } = model.verdict;
  const verifiedSigner = state === "verified" && signer !== undefined ? signerName(signer, l10n.t) : undefined;
  const text = await withProgress(l10n.t("Reading {0}", name), ({ bytes }, signal) =>
    services.engine.run("billOfMaterials", { model: model.path, verifiedSigner }, { signal, onProgress: bytes }),
  );
  await workspace.fs.writeFile(target, Buffer.from(text));
  await window.showTextDocument(target, { preview: true });
}
