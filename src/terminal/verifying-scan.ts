import { demandForAll, demandsOf } from "../core/gate/demand.ts";
import { exemptPaths } from "../core/gate/exempt-files.ts";
import { searchGate } from "../core/gate/search-gate.ts";
import type { PartNumber } from "../core/manifest/part-number.ts";
import type { FoundModel } from "../core/model/found-model.ts";
import { isInPart } from "../core/operations/digest/parts.ts";
import type { VerifyOptions } from "../core/operations/verify/verify.ts";
import { allowsUse } from "../core/policy/decision.ts";
import { covers } from "../core/policy/evaluate.ts";
import type { Trust } from "../core/trust.ts";
import type { Verdict } from "../core/verdict.ts";
import { namedPolicies, pathBelow } from "./policy-options.ts";
import { cacheFolder } from "./program-folders.ts";
import { recordedOrigin } from "./recorded-origin.ts";
import type { ScanHooks, ScanResult } from "./scan-report.ts";
import { type ScannedModel, unverifiableVerdict } from "./scanned-model.ts";
import { publicSigstoreOf } from "./sigstore-instance.ts";
import type { Terminal } from "./terminal.ts";

/** A scan that verifies every model. */
export interface VerifyingScan {
  /** What patterns and names are relative to; absolute. */
  readonly root: string;
  readonly search: Pick<Parameters<typeof searchGate>[0], "demands" | "patterns" | "covers" | "exemptPaths">;
  verify(model: FoundModel, options: Pick<VerifyOptions, "cache" | "signal" | "onProgress">): Promise<Verdict>;
  /** Whether a model with this verdict may be used. */
  passes(verdict: Verdict): boolean;
}

/** Verifies every model below a folder, or every one of a part, one after the other, in the order of their paths. */
export async function scanModels(
  { root, search, verify, passes }: VerifyingScan,
  request: { readonly folder: string; readonly allowEmpty: boolean; readonly part: PartNumber | undefined },
  hooks: ScanHooks,
  { interruption: { signal } }: Terminal,
): Promise<ScanResult> {
  const { folder, allowEmpty, part } = request;
  const gate = await searchGate({ ...search, scanned: folder, root, allowEmpty, signal, onProgress: hooks.onSearch });
  const models: ScannedModel[] = [];
  for (const found of gate.models) {
    const { path, kind } = found;
    if (part !== undefined && !isInPart(folder, path, part)) continue;
    const verdict = await verify(found, { cache: cacheFolder("digests"), signal, onProgress: hooks.onProgress }).catch(
      (error: unknown) => unverifiableVerdict(path, error),
    );
    const origin = verdict.state === "unsigned" ? await recordedOrigin(path, signal) : undefined;
    const name = pathBelow(root, path);
    const model = { path, name, kind, verdict, passed: passes(verdict), ...(origin && { origin }) };
    models.push(model);
    hooks.onModel(model);
  }
  return { ...gate, models };
}

/** Verifies as policies want it. A model passes if the policies let it be used. */
export async function policyScan(
  folder: string,
  named: { readonly paths: readonly string[]; readonly root: string | undefined; readonly offline: boolean },
  terminal: Terminal,
): Promise<VerifyingScan> {
  const { policies, root, files } = await namedPolicies(named.paths, folder, named.root, terminal);
  const publicSigstore = publicSigstoreOf(terminal, named.offline);
  const { verifyWithPolicy } = await import("../core/operations/verify/verify-with-policy.ts");
  const all = [...policies.user, ...policies.workspace];
  return {
    root,
    search: {
      demands: demandsOf(policies),
      patterns: all.flatMap(({ models }) => models.map(({ pattern }) => pattern)),
      covers: (path) => all.some((policy) => covers(policy, path)),
      exemptPaths: exemptPaths(files.map(({ path }) => path)),
    },
    verify: ({ path: model }, options) =>
      verifyWithPolicy({
        ...options,
        model,
        policies,
        workspaceTrusted: true,
        folder: root,
        path: pathBelow(root, model),
        publicSigstore,
      }),
    passes: ({ decision }) => decision !== undefined && allowsUse(decision.outcome),
  };
}

/** Verifies against the same keys and roots, and looks at everything, as for a policy with the pattern `**`. */
export async function trustScan(root: string, trust: Trust): Promise<VerifyingScan> {
  const { verify } = await import("../core/operations/verify/verify.ts");
  return {
    root,
    search: {
      demands: [demandForAll("the keys and certificates given")],
      patterns: ["**"],
      covers: () => true,
      exemptPaths: new Set(),
    },
    verify: async (found, options) => {
      const { path: model, signatures: signature } = found;
      return signature.length === 0
        ? { state: "unsigned", model, reasons: [] }
        : verify({ ...options, model, trust, signature });
    },
    passes: ({ state }) => state === "verified",
  };
}
