import { readFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { ProvenanceError, systemCode } from "./errors.ts";
import { readingOnce } from "./hashing/read-once.ts";
import { withHashPool } from "./hashing/with-hash-pool.ts";
import { findSignatures } from "./model/find-signatures.ts";
import { modelName } from "./model/model-name.ts";
import { isInside } from "./model/path-below.ts";
import { findOrigin } from "./origin/find-origin.ts";
import { contradictsRecord, type OriginReport } from "./origin/origin.ts";
import { lockFileOf, lockText, parseLock } from "./pins/lock-file.ts";
import { type MeasureOptions, measurePin } from "./pins/measure-pin.ts";
import { literalPattern } from "./policy/editing/model-patterns.ts";
import { planEdit, planFile, requireValid } from "./policy/editing/plan-edit.ts";
import type { PolicyDraft } from "./policy/editing/policy-draft.ts";
import { assertOutsideSignedModels, realPath } from "./policy/editing/signed-model.ts";
import { freeName } from "./policy/editing/signer-authority.ts";
import { covers } from "./policy/evaluate.ts";
import { pinsOf } from "./policy/model-facts.ts";
import type { Policy } from "./policy/policy.ts";
import type { AuthorityDocument } from "./policy/policy-document.ts";
import { readPolicies } from "./policy/read-policies.ts";
import { replaceText } from "./replace-file.ts";

export interface PinOptions extends MeasureOptions {
  /** Absolute path of the policy file; it need not exist. */
  readonly policyFile: string;
  /** The model's path in the folder that the policy's paths are relative to, `/` separated. */
  readonly path: string;
  readonly note?: string | undefined;
}

/** A file that is written, as it is now and as it would be. */
export interface PlannedText {
  /** Absolute. */
  readonly path: string;
  /** Absent where there is no such file. */
  readonly before?: string;
  readonly after: string;
}

/** What pinning a model would write. */
export interface PinPlan {
  /** See `pinDigest`. */
  readonly sha256: string;
  readonly files: number;
  /** Bytes. */
  readonly bytes: number;
  /** Exactly what is added to the policy file; empty where it pins these bytes already. */
  readonly added: string;
  readonly policy: PlannedText;
  readonly lock: PlannedText;
  readonly origin: OriginReport;
}

/**
 * Plans to pin the bytes of an unsigned model: in a policy of the file that covers it, else in a new one. Nothing is
 * written.
 *
 * @throws ProvenanceError MODEL_NOT_PINNABLE, POLICY_INVALID, USAGE where the model is signed, or the policy would be in the
 *   model, in a signed one, or about others too; and those of `measurePin`
 */
export async function planPin(options: PinOptions): Promise<PinPlan> {
  const { model, policyFile, path, note, signal } = options;
  const [signature] = await findSignatures(model, { signal });
  if (signature !== undefined) {
    const message = `${basename(resolve(model))} is signed: accept its signer in a policy, instead of its bytes.`;
    throw new ProvenanceError("USAGE", message, { details: { model, signature } });
  }
  await assertOutsideSignedModels(policyFile, () => "name a policy file elsewhere");
  if (isInside(await realPath(resolve(model)), await realPath(resolve(policyFile)))) {
    const message = `${policyFile} would be in the model and change its bytes. Name a policy file in a folder above it.`;
    throw new ProvenanceError("USAGE", message, { details: { model, file: policyFile } });
  }
  const before = await readIfThere(policyFile);
  const policies = await policiesIn(before, policyFile);
  const denied = policies.some((policy) => covers(policy, path) && policy.verification.hubCacheLinks === "deny");
  return withHashPool(options, async (given) => {
    const pool = readingOnce(given);
    const measured = await measurePin({ ...options, pool, hubCacheLinks: denied ? "deny" : "allow" });
    const origin = await findOrigin({ model, checkDigests: true, pool, signal });
    const { purl } = origin.origin ?? {};
    const source = purl !== undefined && !contradictsRecord(origin) ? purl : undefined;
    const { sha256, files, bytes } = measured;
    const digest = { sha256, ...(source !== undefined && { source }), ...(note !== undefined && { note }) };
    const { added, after } = await planPolicy({ policyFile, path, before, policies, digest });
    const lockFile = lockFileOf(policyFile);
    const lockBefore = await readIfThere(lockFile);
    const lock = lockBefore === undefined ? { version: 1 as const, models: {} } : parseLock(Buffer.from(lockBefore));
    if (lock === undefined) throw unreadableLock(lockFile);
    const pinnedOn = new Date().toISOString().slice(0, "2026-11-02".length);
    return {
      sha256,
      files: files.length,
      bytes,
      added,
      policy: { path: policyFile, ...(before !== undefined && { before }), after },
      lock: {
        path: lockFile,
        ...(lockBefore !== undefined && { before: lockBefore }),
        after: lockText(lock, path, { sha256, pinnedOn, files }),
      },
      origin,
    };
  });
}

/**
 * Writes what was planned, if both files still are what they were then.
 *
 * @throws ProvenanceError POLICY_INVALID
 */
export async function writePin({ policy, lock }: Pick<PinPlan, "policy" | "lock">): Promise<void> {
  // The lock first: a policy without it still decides, and cannot name files.
  await replaceText(lock);
  await replaceText(policy);
}

interface PolicyPlan {
  readonly policyFile: string;
  readonly path: string;
  readonly before: string | undefined;
  /** Those in the file. */
  readonly policies: readonly Policy[];
  readonly digest: NonNullable<AuthorityDocument["digest"]>;
}

async function policiesIn(text: string | undefined, file: string): Promise<readonly Policy[]> {
  if (text === undefined || text.trim() === "") return [];
  return (await readPolicies(Buffer.from(text), file)).policies;
}

/** @returns the text that is added, and the file with it */
async function planPolicy(plan: PolicyPlan): Promise<{ added: string; after: string }> {
  const { policyFile, path, before = "", policies, digest } = plan;
  if (before.trim() === "") {
    const { text } = await planFile([policyFor(plan, [])], policyFile);
    return { added: text, after: text };
  }
  const covering = policies.filter((policy) => covers(policy, path));
  if (covering.some((policy) => pinsOf(policy).some(({ sha256 }) => sha256 === digest.sha256))) {
    return { added: "", after: before };
  }
  const [policy] = covering;
  if (policy !== undefined) {
    const file = { path: policyFile, text: before, policy: policy.name, line: policy.location.line };
    const authority = authorityFor(plan, policy.authorities);
    const { insertion, after } = await planEdit(file, { kind: "authority", authority });
    return { added: insertion.text, after };
  }
  if (/\.json$/i.test(policyFile)) {
    const message = `No policy in ${policyFile} covers ${path}, and a JSON file contains one policy. Name a YAML file.`;
    throw new ProvenanceError("POLICY_INVALID", message, { details: { file: policyFile, path } });
  }
  // Another document in the same file.
  const { text } = await planFile([policyFor(plan, policies)], policyFile);
  const added = `${before.endsWith("\n") ? "" : "\n"}---\n${text}`;
  const after = before + added;
  requireValid(await readPolicies(Buffer.from(after), policyFile));
  return { added, after };
}

type Named = readonly { readonly name: string }[];

/** @throws ProvenanceError USAGE for a path with an asterisk, which is always a wildcard in a policy */
function policyFor(plan: PolicyPlan, taken: Named): PolicyDraft {
  const name = freeName(
    "pinned-models",
    taken.map((policy) => policy.name),
  );
  return { name, models: [literalPattern(plan.path)], authorities: [authorityFor(plan, [])] };
}

function authorityFor({ path, digest }: PolicyPlan, taken: Named): AuthorityDocument {
  const name = freeName(
    `pinned ${modelName({ path })}`,
    taken.map((authority) => authority.name),
  );
  return { name, digest };
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    const message = `${path} cannot be read (${systemCode(error) ?? "unknown"}).`;
    throw new ProvenanceError("POLICY_INVALID", message, { details: { file: path }, cause: error });
  }
}

function unreadableLock(path: string): ProvenanceError {
  const message = `${path} is not a lock file that this program writes. Delete it, or restore it.`;
  return new ProvenanceError("POLICY_INVALID", message, { details: { file: path } });
}
