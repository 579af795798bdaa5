import { commands, l10n } from "vscode";
import type { Inspection } from "../../core/inspect.ts";
import type { Manifest } from "../../core/manifest/manifest.ts";
import type { Verdict } from "../../core/verdict.ts";
import { ActionableError } from "../../platform/commands.ts";
import { COMMANDS } from "../../platform/ids.ts";
import type { ProgressReport } from "../../platform/progress.ts";
import type { KnownModel } from "../../workspace/registry.ts";
import { checkUntilStable } from "../check-until-stable.ts";
import { modelName, modelSentence } from "../model-text.ts";
import type { Services } from "../services.ts";

/** What was signed, by somebody whose signature is authentic, and what a check of the files found. */
export interface SignedStatement {
  readonly model: KnownModel;
  readonly verdict: Verdict & Required<Pick<Verdict, "signature" | "comparison" | "coverage">>;
  readonly manifest: Manifest;
}

/**
 * The statement of the model's signature. Where nothing is known, or no longer, the files are checked first, believing
 * digests of files that did not change since they were read.
 *
 * @throws ActionableError where nothing authentic says what was signed
 */
export async function signedStatement(
  path: string,
  { registry, checker, engine }: Services,
  report: ProgressReport,
  signal: AbortSignal,
): Promise<SignedStatement> {
  const known = registry.get(path);
  if (known === undefined) throw new Error(`${path} is not known`);
  const verdict = isReached(known.verdict)
    ? known.verdict
    : await checkUntilStable(checker, path, { asked: true, mode: "cached", signal, onProgress: report.bytes });
  const model: KnownModel = { ...known, verdict };
  const { signature, comparison, coverage } = verdict;
  if (!isReached(verdict) || signature === undefined || comparison === undefined || coverage === undefined) {
    throw nothingSigned(model);
  }
  const inspection = await engine.inspect(signature);
  if (!isOf(inspection, verdict)) throw replaced(model);
  return { model, verdict: { ...verdict, signature, comparison, coverage }, manifest: manifestOf(inspection) };
}

function isReached({ state, comparison }: Verdict): boolean {
  return comparison !== undefined && (state === "verified" || state === "untrusted" || state === "modified");
}

/** Whether the file still says what was authenticated: it is read a second time here. */
function isOf({ rootDigest, resources }: Inspection, verdict: Verdict): boolean {
  if (verdict.rootDigest !== rootDigest) return false;
  const digests = new Set(resources.map(({ digest }) => digest));
  const names = new Set(resources.map(({ file }) => file));
  return (
    verdict.comparison?.changed.every(({ expected }) => expected === undefined || digests.has(expected)) === true &&
    verdict.comparison.missing.every(({ name }) => names.has(name))
  );
}

function manifestOf({
  algorithm,
  serialization,
  shardSize,
  allowSymlinks,
  ignorePaths,
  resources,
}: Inspection): Manifest {
  const sharded = shardSize === undefined ? {} : { shardSize };
  return { serialization: { method: serialization, algorithm, ...sharded, allowSymlinks, ignorePaths }, resources };
}

function nothingSigned(model: KnownModel): ActionableError {
  const { state } = model.verdict;
  if (state === "unsigned") {
    return new ActionableError(l10n.t("{0} is not signed: there is nothing to compare it with.", modelName(model)), {
      label: l10n.t("Sign Model…"),
      run: () => commands.executeCommand(COMMANDS.signModel, model.path),
    });
  }
  const why = modelSentence(model);
  return new ActionableError(l10n.t("{0} So nothing tells what was signed.", why), {
    label: l10n.t("Show Signature"),
    run: () => commands.executeCommand(COMMANDS.showSignature, model.path),
  });
}

function replaced(model: KnownModel): ActionableError {
  return new ActionableError(l10n.t("The signature of {0} was replaced just now.", modelName(model)), {
    label: l10n.t("Verify Again"),
    run: () => commands.executeCommand(COMMANDS.verifyModel, model.path),
  });
}
