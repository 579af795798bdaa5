import { ProvenanceError } from "../core/errors.ts";
import { demandForAll, demandsOf } from "../core/gate/demand.ts";
import { exemptPaths } from "../core/gate/exempt-files.ts";
import type { searchGate } from "../core/gate/search-gate.ts";
import type { FoundModel } from "../core/model/found-model.ts";
import { allowsUse } from "../core/policy/decision.ts";
import { covers } from "../core/policy/evaluate.ts";
import type { Trust } from "../core/trust.ts";
import type { Verdict } from "../core/verdict.ts";
import { namedPolicies, pathBelow } from "./policy-options.ts";
import type { Reading } from "./progress-line.ts";
import { recordedOrigin } from "./recorded-origin.ts";
import type { ScannedModel } from "./scanned-model.ts";
import { publicSigstoreOf } from "./sigstore-instance.ts";
import type { Terminal } from "./terminal.ts";

/** A scan that verifies every model. */
export interface VerifyingScan {
  /** What patterns and names are relative to; absolute. */
  readonly root: string;
  readonly search: Pick<Parameters<typeof searchGate>[0], "demands" | "patterns" | "covers" | "exemptPaths">;
  verify(model: FoundModel, reading: Reading): Promise<Verdict>;
  /** Whether a model with this verdict may be used. */
  passes(verdict: Verdict): boolean;
}

/** Verifies one model. That it cannot be read does not end the scan. */
export async function scanModel(
  found: FoundModel,
  { root, verify, passes }: VerifyingScan,
  reading: Reading,
): Promise<ScannedModel> {
  const { path, kind } = found;
  const verdict = await verify(found, reading).catch((error: unknown) => unverifiableVerdict(path, error));
  const origin = verdict.state === "unsigned" ? await recordedOrigin(path, reading.signal) : undefined;
  return { path, name: pathBelow(root, path), kind, verdict, passed: passes(verdict), ...(origin && { origin }) };
}

function unverifiableVerdict(model: string, error: unknown): Verdict {
  if (!(error instanceof ProvenanceError) || error.code === "CANCELLED" || error.kind === "usage") throw error;
  const { code, message, details } = error;
  return { state: "unverifiable", model, reasons: [{ code, message, details }] };
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
    verify: ({ path: model }, reading) =>
      verifyWithPolicy({
        ...reading,
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
    verify: async (found, reading) => {
      const { path: model, signatures: signature } = found;
      return signature.length === 0
        ? { state: "unsigned", model, reasons: [] }
        : verify({ ...reading, model, trust, signature });
    },
    passes: ({ state }) => state === "verified",
  };
}
