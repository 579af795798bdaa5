import { commands, l10n, Uri } from "vscode";
import { signerPhrase } from "../../core/presentation/signer-text.ts";
import type { Verdict } from "../../core/verdict.ts";
import { ActionableError, notify } from "../../platform/commands.ts";
import { COMMANDS } from "../../platform/ids.ts";
import { plainText } from "../../platform/plain-text.ts";
import { type ProgressReport, withProgress } from "../../platform/progress.ts";
import type { KnownModel } from "../../workspace/registry.ts";
import { checkUntilStable } from "../check-until-stable.ts";
import { modelName, modelSentence } from "../model-text.ts";
import type { Services } from "../services.ts";
import { showDifferences } from "../viewer/viewer-document.ts";
import { targetModel } from "./targets.ts";

/** Compare With Signature: shows in the signature viewer which files differ from what was signed. */
export async function compareModel(args: readonly unknown[], services: Services): Promise<void> {
  const model = await targetModel(args, "compare", services);
  const name = modelName(model);
  const { signature, signer, comparison } = await withProgress(l10n.t("Comparing {0}", name), (report, signal) =>
    comparedVerdict(model, services, report, signal),
  );
  if (!comparison.matches) return showDifferences(Uri.file(signature));
  const text = l10n.t("No file of {0} changed since {1} signed it.", name, plainText(signerPhrase(signer, l10n.t)));
  notify(services.log, "information", text);
}

/** A verdict whose signature is authentic and whose files were compared. */
export type ComparedVerdict = Verdict & Required<Pick<Verdict, "signature" | "comparison">>;

/**
 * Returns the current verdict on a model. If there is none, verifies the model, with cached digests of unchanged files.
 *
 * @throws ActionableError if there is no authentic signature to compare the files with
 */
export async function comparedVerdict(
  model: KnownModel,
  { checker }: Pick<Services, "checker">,
  report: ProgressReport,
  signal: AbortSignal,
): Promise<ComparedVerdict> {
  const options = { asked: true, mode: "cached", signal, onProgress: report.bytes } as const;
  const verdict = isCompared(model.verdict) ? model.verdict : await checkUntilStable(checker, model.path, options);
  if (isCompared(verdict)) return verdict;
  if (verdict.state === "unsigned") {
    throw new ActionableError(l10n.t("{0} is not signed, so there is nothing to compare it with.", modelName(model)), {
      label: l10n.t("Sign Model…"),
      run: () => commands.executeCommand(COMMANDS.signModel, model.path),
    });
  }
  const sentence = modelSentence({ ...model, verdict });
  throw new ActionableError(l10n.t("{0} The files can't be compared with it.", sentence), {
    label: l10n.t("Show Signature"),
    run: () => commands.executeCommand(COMMANDS.showSignature, model.path),
  });
}

function isCompared(verdict: Verdict): verdict is ComparedVerdict {
  const { state, signature, comparison } = verdict;
  const isCurrent = state === "verified" || state === "untrusted" || state === "modified";
  return isCurrent && signature !== undefined && comparison !== undefined;
}
