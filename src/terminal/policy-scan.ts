import { demandsOf } from "../core/gate/demand.ts";
import { exemptPaths } from "../core/gate/exempt-files.ts";
import { searchGate } from "../core/gate/search-gate.ts";
import { allowsUse } from "../core/policy/decision.ts";
import { covers } from "../core/policy/evaluate.ts";
import type { PublicSigstore } from "../core/policy/policy-trust.ts";
import { digestCacheFolder } from "./cache-folder.ts";
import { type ChosenPolicies, pathBelow } from "./policy-options.ts";
import type { ScanHooks, ScanResult } from "./scan-report.ts";
import { recordedOrigin, type ScannedModel, unableVerdict } from "./scanned-model.ts";
import type { Terminal } from "./terminal.ts";

export interface PolicyScanOptions extends ScanHooks {
  /** Absolute. */
  readonly folder: string;
  readonly chosen: ChosenPolicies;
  readonly publicSigstore: PublicSigstore;
  readonly allowEmpty: boolean;
}

/** Verifies every model below a folder as the policies want it, one after the other, in the order of their paths. */
export async function scanWithPolicies(options: PolicyScanOptions, terminal: Terminal): Promise<ScanResult> {
  const { verifyWithPolicy } = await import("../core/verify-with-policy.ts");
  const { chosen, publicSigstore, onProgress } = options;
  const { signal } = terminal.interruption;
  const { models, ...search } = await searchModels(options, signal);
  const scanned: ScannedModel[] = [];
  for (const { path, kind } of models) {
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
        signal,
        onProgress,
      });
    const verdict = await verify().catch((error: unknown) => unableVerdict(path, error));
    const passed = verdict.decision !== undefined && allowsUse(verdict.decision.outcome);
    const origin = verdict.state === "unsigned" ? await recordedOrigin(path, signal) : undefined;
    const model = { path, name, kind, verdict, passed, ...(origin && { origin }) };
    scanned.push(model);
    options.onModel(model);
  }
  return { ...search, models: scanned };
}

function searchModels({ folder, chosen, allowEmpty, onSearch }: PolicyScanOptions, signal: AbortSignal) {
  const { policies, root, files } = chosen;
  const all = [...policies.user, ...policies.workspace];
  return searchGate({
    scanned: folder,
    root,
    demands: demandsOf(policies),
    patterns: all.flatMap(({ models }) => models.map(({ pattern }) => pattern)),
    covers: (path) => all.some((policy) => covers(policy, path)),
    exemptPaths: exemptPaths(files.map(({ path }) => path)),
    allowEmpty,
    signal,
    onProgress: onSearch,
  });
}
