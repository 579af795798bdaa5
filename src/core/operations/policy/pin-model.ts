import { readFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { fail, ProvenanceError, systemCode } from "../../errors.ts";
import { readingOnce } from "../../hashing/read-once.ts";
import { withHashPool } from "../../hashing/with-hash-pool.ts";
import { findSignatures } from "../../model/find-signatures.ts";
import { modelName } from "../../model/model-name.ts";
import { isInside } from "../../model/path-below.ts";
import { findOrigin } from "../../origin/find-origin.ts";
import { contradictsRecord, type OriginReport } from "../../origin/origin.ts";
import { lockFileOf, lockText, parseLock } from "../../pins/lock-file.ts";
import { type MeasureOptions, measurePin } from "../../pins/measure-pin.ts";
import { literalPattern } from "../../policy/editing/model-patterns.ts";
import { planEdit, planFile, requireValid } from "../../policy/editing/plan-edit.ts";
import { assertOutsideSignedModels, realPath } from "../../policy/editing/signed-model.ts";
import { freeName } from "../../policy/editing/signer-authority.ts";
import { covers } from "../../policy/evaluate.ts";
import { pinsOf } from "../../policy/model-facts.ts";
import type { Policy } from "../../policy/policy.ts";
import type { AuthorityDocument } from "../../policy/policy-document.ts";
import { readPolicies } from "../../policy/read-policies.ts";
import { replaceText, type TextChange } from "../../replace-file.ts";

export interface PinOptions extends MeasureOptions {
  /** Absolute path of the policy file; it need not exist. */
  readonly policyFile: string;
  /** The model's path in the folder that the policy's paths are relative to, `/` separated. */
  readonly path: string;
  readonly note?: string | undefined;
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
  readonly policy: TextChange;
  readonly lock: TextChange;
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
    fail("USAGE", message, { model, signature });
  }
  await assertOutsideSignedModels(policyFile, () => "name a policy file elsewhere");
  if (isInside(await realPath(resolve(model)), await realPath(resolve(policyFile)))) {
    const message = `${policyFile} would be in the model and change its bytes. Name a policy file in a folder above it.`;
    fail("USAGE", message, { model, file: policyFile });
  }
  const before = await readIfThere(policyFile);
  const { policies } = await readPolicies(Buffer.from(before ?? ""), policyFile);
  const denied = policies.some((policy) => covers(policy, path) && policy.verification.hubCacheLinks === "deny");
  return withHashPool(options, async (given) => {
    const pool = readingOnce(given);
    const measured = await measurePin({ ...options, pool, hubCacheLinks: denied ? "deny" : "allow" });
    const origin = await findOrigin({ model, checkDigests: true, pool, signal });
    const { purl } = origin.origin ?? {};
    const source = purl !== undefined && !contradictsRecord(origin) ? purl : undefined;
    const { sha256, files, bytes } = measured;
    const digest = { sha256, ...(source !== undefined && { source }), ...(note !== undefined && { note }) };
    const { added, after } = await planPolicy(options, before ?? "", policies, digest);
    const lockFile = lockFileOf(policyFile);
    const lockBefore = await readIfThere(lockFile);
    const lock = lockBefore === undefined ? { version: 1 as const, models: {} } : parseLock(Buffer.from(lockBefore));
    if (lock === undefined) {
      const message = `${lockFile} is not a lock file that this program writes. Delete it, or restore it.`;
      fail("POLICY_INVALID", message, { file: lockFile });
    }
    const pinnedOn = new Date().toISOString().slice(0, "2026-11-02".length);
    return {
      sha256,
      files: files.size,
      bytes,
      added,
      policy: { path: policyFile, before, after },
      lock: { path: lockFile, before: lockBefore, after: lockText(lock, path, { sha256, pinnedOn, files }) },
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

/**
 * @param policies those in the file
 * @returns the text that is added, and the file with it
 */
async function planPolicy(
  { policyFile, path }: PinOptions,
  before: string,
  policies: readonly Policy[],
  digest: NonNullable<AuthorityDocument["digest"]>,
): Promise<{ added: string; after: string }> {
  const covering = policies.filter((policy) => covers(policy, path));
  if (covering.some((policy) => pinsOf(policy).some(({ sha256 }) => sha256 === digest.sha256))) {
    return { added: "", after: before };
  }
  const wanted = `pinned ${modelName({ path })}`;
  const [policy] = covering;
  if (policy !== undefined) {
    const file = { path: policyFile, text: before, policy: policy.name, line: policy.location.line };
    const taken = policy.authorities.map(({ name }) => name);
    const authority = { name: freeName(wanted, taken), digest };
    const { insertion, after } = await planEdit(file, { kind: "authority", authority });
    return { added: insertion.text, after };
  }
  const isEmpty = before.trim() === "";
  if (!isEmpty && /\.json$/i.test(policyFile)) {
    const message = `No policy in ${policyFile} covers ${path}, and a JSON file contains one policy. Name a YAML file.`;
    fail("POLICY_INVALID", message, { file: policyFile, path });
  }
  const taken = policies.map(({ name }) => name);
  const authorities = [{ name: freeName(wanted, []), digest }];
  const draft = { name: freeName("pinned-models", taken), models: [literalPattern(path)], authorities };
  const { text } = await planFile([draft], policyFile);
  if (isEmpty) return { added: text, after: text };
  // Another document in the same file.
  const added = `${before.endsWith("\n") ? "" : "\n"}---\n${text}`;
  const after = before + added;
  requireValid(await readPolicies(Buffer.from(after), policyFile));
  return { added, after };
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
