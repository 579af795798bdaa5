import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { DigestProgress } from "../core/hashing/digest-request.ts";
import { type FoundModel, findModels } from "../core/model/find-models.ts";
import { compareCodePoints } from "../core/model/names.ts";
import { lets } from "../core/policy/decision.ts";
import { isInside } from "../core/policy/files-inside.ts";
import type { PublicSigstore } from "../core/policy/policy-trust.ts";
import { digestCacheFolder } from "./cache-folder.ts";
import { type ChosenPolicies, pathBelow } from "./policy-options.ts";
import { type ScannedModel, unableVerdict } from "./scanned-model.ts";
import type { Terminal } from "./terminal.ts";

export interface PolicyScanOptions {
  /** Absolute. */
  readonly folder: string;
  readonly chosen: ChosenPolicies;
  readonly publicSigstore: PublicSigstore;
  readonly onProgress: (progress: DigestProgress) => void;
  readonly onModel: (model: ScannedModel) => void;
}

/** Verifies every model below a folder as the policies want it, one after the other, in the order of their paths. */
export async function scanWithPolicies(options: PolicyScanOptions, terminal: Terminal): Promise<ScannedModel[]> {
  const { verifyWithPolicy } = await import("../core/verify-with-policy.ts");
  const { folder, chosen, publicSigstore, onProgress } = options;
  const { interruption } = terminal;
  const scanned: ScannedModel[] = [];
  for (const { path, kind } of await modelsIn(folder, chosen, terminal)) {
    const name = pathBelow(chosen.root, path);
    const verify = () =>
      verifyWithPolicy({
        model: path,
        policies: chosen.policies,
        workspaceTrusted: true,
        folder: chosen.root,
        path: name,
        publicSigstore,
        cache: digestCacheFolder(),
        signal: interruption.signal,
        onProgress,
      });
    const verdict = await verify().catch((error: unknown) => unableVerdict(path, error));
    const passed = verdict.decision !== undefined && lets(verdict.decision.outcome);
    const model = { path, name, kind, verdict, passed };
    scanned.push(model);
    options.onModel(model);
  }
  return scanned;
}

/** What looks like a model, and what a policy names without a wildcard: that has to be signed, whatever it looks like. */
async function modelsIn(folder: string, { policies, root }: ChosenPolicies, terminal: Terminal): Promise<FoundModel[]> {
  const found = await findModels(folder, {
    signal: terminal.interruption.signal,
    onLimit: (limit) => terminal.log.warning(`Only the first ${limit} entries of ${folder} were looked at.`),
  });
  const known = new Map(found.map((model) => [model.path, model]));
  for (const { pattern } of [...policies.user, ...policies.workspace].flatMap(({ models }) => models)) {
    const path = resolve(join(root, pattern));
    if (pattern.includes("*") || known.has(path) || !isInside(folder, path) || !existsSync(path)) continue;
    known.set(path, { path, kind: statSync(path).isDirectory() ? "directory" : "file" });
  }
  return [...known.values()].sort((a, b) => compareCodePoints(a.path, b.path));
}
