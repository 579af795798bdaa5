import { ProvenanceError } from "../errors.ts";
import type { ModelFile } from "../model/file-list.ts";

/** How a file differs from its entry in the list. */
export type FileChange = "removed" | "replaced" | "not-a-file" | "size" | "times" | "shorter" | "longer";

/** Why a file has no digest, as plain data that worker threads send. */
export type ReadFailure =
  /** Sizes in bytes, where they differ. */
  | { readonly kind: "changed"; readonly change: FileChange; readonly listed?: number; readonly found?: number }
  /** `offset` is where the read failed, in bytes; `system` is `EIO`, `EACCES`… */
  | { readonly kind: "unreadable"; readonly offset: number; readonly system: string; readonly reason: string };

/** A file that could not be hashed as the list has it. */
export class FileReadError extends Error {
  override readonly name = "FileReadError";
  readonly failure: ReadFailure;

  constructor(failure: ReadFailure, cause?: unknown) {
    super(failure.kind, { cause });
    this.failure = failure;
  }
}

/** Returns the error for the caller, with the file's name. */
export function readError(failure: ReadFailure, file: ModelFile): ProvenanceError {
  const details = { file: file.name, path: file.path };
  if (failure.kind === "changed") {
    const sizes = {
      ...(failure.listed !== undefined && { listedBytes: failure.listed }),
      ...(failure.found !== undefined && { foundBytes: failure.found }),
    };
    const message = `${file.name} ${CHANGES[failure.change]} while the model was read. Try again when nothing writes to the model.`;
    return new ProvenanceError("FILE_CHANGED", message, { details: { ...details, change: failure.change, ...sizes } });
  }
  const { offset, system, reason } = failure;
  const where = offset > 0 ? ` at byte ${offset}` : "";
  return new ProvenanceError("FILE_UNREADABLE", `${file.name} cannot be read${where}: ${REASONS[system] ?? reason}.`, {
    details: { ...details, offset, system },
    cause: new Error(reason),
  });
}

/** The error for a failure of the pool itself. */
export function hashingFailed(reason: string, cause?: unknown): ProvenanceError {
  return new ProvenanceError("HASHER_FAILED", `Hashing failed: ${reason}.`, { details: { reason }, cause });
}

const CHANGES: Readonly<Record<FileChange, string>> = {
  removed: "was removed",
  replaced: "was replaced by another file",
  "not-a-file": "stopped being a regular file",
  size: "changed in size",
  times: "was written to",
  shorter: "became shorter",
  longer: "had more bytes than its listed size",
};

const REASONS: Readonly<Partial<Record<string, string>>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  EBUSY: "another program has locked it",
  EIO: "the disk or the network drive reports a read error",
  EMFILE: "this process has too many files open",
  ENFILE: "this machine has too many files open",
  ELOOP: "too many symbolic links",
  ESTALE: "the network drive no longer knows it",
  ETIMEDOUT: "the network drive does not answer",
};
