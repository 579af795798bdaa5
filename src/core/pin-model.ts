import { readFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { ProvenanceError, systemCode } from "./errors.ts";
import { withHashPool } from "./hashing/with-hash-pool.ts";
import { findSignatures } from "./model/find-signatures.ts";
import { findOrigin } from "./origin/find-origin.ts";
import { contradictsRecord, type OriginReport } from "./origin/origin.ts";
import { lockFileOf, lockText, parseLock } from "./pins/lock-file.ts";
import { type MeasureOptions, measurePin } from "./pins/measure-pin.ts";
import { planEdit, planFile } from "./policy/editing/plan-edit.ts";
import { assertOutsideSignedModels } from "./policy/editing/signed-model.ts";
import { covers } from "./policy/evaluate.ts";
import { pinsOf } from "./policy/model-facts.ts";
import type { AuthorityDocument } from "./policy/policy-document.ts";
import { readPolicies } from "./policy/read-policies.ts";
import { replaceText } from "./replace-text.ts";

export interface PinOptions extends MeasureOptions {
  /** Absolute path of the policy file; it need not exist. */
  readonly policyFile: string;
  /** What its paths are relative to; absolute. */
  readonly folder: string;
  /** The model's path in that folder, `/` separated. */
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
 * @throws ProvenanceError MODEL_NOT_PINNABLE, POLICY_INVALID, USAGE where the model is signed or the policy would be in a
 *   signed model, and those of `measurePin`
 */
export async function planPin(options: PinOptions): Promise<PinPlan> {
  const { model, policyFile, folder, path, note, signal } = options;
  const [signature] = await findSignatures(model, { signal });
  if (signature !== undefined) {
    throw new ProvenanceError(
      "USAGE",
      `${basename(resolve(model))} is signed: accept its signer in a policy, instead of its bytes.`,
      {
        details: { model, signature },
      },
    );
  }
  await assertOutsideSignedModels(policyFile, () => "name a policy file elsewhere");
  return withHashPool(options, async (pool) => {
    const measured = await measurePin({ ...options, pool });
    const origin = await findOrigin({ model, checkDigests: true, pool, signal });
    const { purl } = origin.origin ?? {};
    const source = purl !== undefined && !contradictsRecord(origin) ? purl : undefined;
    const { sha256, files, bytes } = measured;
    const digest = { sha256, ...(source !== undefined && { source }), ...(note !== undefined && { note }) };
    const before = await readIfThere(policyFile);
    const { added, after } = await planPolicy({ policyFile, folder, path, before, digest });
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
  readonly folder: string;
  readonly path: string;
  readonly before: string | undefined;
  readonly digest: NonNullable<AuthorityDocument["digest"]>;
}

async function planPolicy({
  policyFile,
  folder,
  path,
  before,
  digest,
}: PolicyPlan): Promise<{ added: string; after: string }> {
  if (before === undefined || before.trim() === "") {
    const draft = { name: "pinned-models", models: [path], authorities: [authorityFor(path, digest, [])] };
    const { text } = await planFile([draft], policyFile, folder);
    return { added: text, after: text };
  }
  const { policies } = await readPolicies(Buffer.from(before), policyFile, folder);
  const covering = policies.filter((policy) => covers(policy, path));
  if (covering.some((policy) => pinsOf(policy).some(({ sha256 }) => sha256 === digest.sha256))) {
    return { added: "", after: before };
  }
  const [policy] = covering;
  if (policy === undefined)
    return appendPolicy(
      { policyFile, folder, path, before, digest },
      policies.map(({ name }) => name),
    );
  const authority = authorityFor(
    path,
    digest,
    policy.authorities.map(({ name }) => name),
  );
  const file = { path: policyFile, folder, text: before, policy: policy.name, line: policy.location.line };
  const { insertion, after } = await planEdit(file, { kind: "authority", authority });
  return { added: insertion.text, after };
}

/** Another document in the same file. */
async function appendPolicy(plan: PolicyPlan, names: readonly string[]): Promise<{ added: string; after: string }> {
  const { policyFile, folder, path, before = "", digest } = plan;
  const draft = {
    name: freeName("pinned-models", names),
    models: [path],
    authorities: [authorityFor(path, digest, [])],
  };
  if (/\.json$/i.test(policyFile)) {
    throw new ProvenanceError(
      "POLICY_INVALID",
      `No policy in ${policyFile} covers ${path}, and a JSON file contains one policy. Name a YAML file.`,
      {
        details: { file: policyFile, path },
      },
    );
  }
  const { text } = await planFile([draft], policyFile, folder);
  const added = `${before.endsWith("\n") ? "" : "\n"}---\n${text}`;
  const after = before + added;
  const read = await readPolicies(Buffer.from(after), policyFile, folder);
  const error = read.diagnostics.find(({ severity }) => severity === "error");
  if (error === undefined) return { added, after };
  throw new ProvenanceError("POLICY_INVALID", `The policy file has an error, line ${error.line}: ${error.message}`, {
    details: { file: policyFile, line: error.line, column: error.column },
  });
}

function authorityFor(
  path: string,
  digest: NonNullable<AuthorityDocument["digest"]>,
  taken: readonly string[],
): AuthorityDocument {
  return { name: freeName(`pinned ${path === "." ? "files" : basename(path)}`.slice(0, 100), taken), digest };
}

function freeName(wanted: string, taken: readonly string[]): string {
  for (let number = 2, name = wanted; ; number++) {
    if (!taken.includes(name)) return name;
    name = `${wanted}-${number}`;
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw new ProvenanceError("POLICY_INVALID", `${path} cannot be read (${systemCode(error) ?? "unknown"}).`, {
      details: { file: path },
      cause: error,
    });
  }
}

function unreadableLock(path: string): ProvenanceError {
  return new ProvenanceError(
    "POLICY_INVALID",
    `${path} is not a lock file that this program writes. Delete it, or restore it.`,
    {
      details: { file: path },
    },
  );
}
