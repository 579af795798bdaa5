import * as v from "valibot";
import { nameProblem } from "../model/names.ts";
import { readSmallFile } from "../model/read-small-file.ts";
import { type PinnedFiles, pinDigest } from "./pin-list.ts";

/** Bytes: some hundred thousand files. */
const MAX_LOCK_BYTES = 32 * 1024 * 1024;

const Sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const Name = v.pipe(
  v.string(),
  v.check((name) => nameProblem(name) === undefined),
);
const Day = v.pipe(
  v.string(),
  v.regex(/^\d{4}-\d{2}-\d{2}$/),
  v.check((day) => !Number.isNaN(Date.parse(day))),
);
const EntrySchema = v.object({
  sha256: Sha256,
  pinnedOn: Day,
  files: v.record(Name, Sha256),
});
const LockSchema = v.object({ version: v.literal(1), models: v.record(v.string(), EntrySchema) });

/** The files of the models that a policy file pins, each by its digest: it names what changed, and decides nothing. */
export type PinLock = v.InferOutput<typeof LockSchema>;

export interface LockedPin {
  /** See {@link pinDigest}. */
  readonly sha256: string;
  /** The day on which it was pinned: `2026-11-02`. */
  readonly pinnedOn: string;
  readonly files: PinnedFiles;
}

/** Absolute path of the lock file beside a policy file: `model-policy.lock.json` of `model-policy.yaml`. */
export function lockFileOf(policyFile: string): string {
  return `${policyFile.replace(/\.(?:yaml|yml|json)$/, "")}.lock.json`;
}

/** The lock file of a policy file; an empty one where there is none, or none that is understood. */
export function readLock(policyFile: string): PinLock {
  return parseLock(readSmallFile(lockFileOf(policyFile), MAX_LOCK_BYTES)) ?? { version: 1, models: {} };
}

export function parseLock(bytes: Uint8Array | undefined): PinLock | undefined {
  try {
    const parsed = v.safeParse(LockSchema, JSON.parse(Buffer.from(bytes ?? []).toString("utf8")));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}

/**
 * What the lock file has of a model.
 *
 * @param path as policies see the model
 * @returns undefined also for an entry whose files do not give its digest: it was edited
 */
export function lockedPin({ models }: PinLock, path: string): LockedPin | undefined {
  const entry = Object.hasOwn(models, path) ? models[path] : undefined;
  if (entry === undefined) return undefined;
  const files = new Map(Object.entries(entry.files));
  return pinDigest(files) === entry.sha256 ? { ...entry, files } : undefined;
}

/** The text of a lock file with another model in it, or another pin of the same one. */
export function lockText(lock: PinLock, path: string, { sha256, pinnedOn, files }: LockedPin): string {
  const entry = { sha256, pinnedOn, files: Object.fromEntries(files) };
  const models = Object.entries({ ...lock.models, [path]: entry }).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${JSON.stringify({ version: 1, models: Object.fromEntries(models) }, undefined, 2)}\n`;
}
