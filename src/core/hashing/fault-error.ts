import { ProvenanceError } from "../errors.ts";
import type { ModelFile } from "../model/file-list.ts";
import type { Fault, FileChange } from "./protocol.ts";

/** What a person is told of a fault, with the file's name. */
export function faultError(fault: Fault, files: readonly ModelFile[]): ProvenanceError {
  if (fault.kind === "failed") return hasherFailed(fault.reason);
  const file = files[fault.file];
  if (file === undefined) return hasherFailed("it named a file that nobody asked for");
  const details = { file: file.name, path: file.path };
  if (fault.kind === "changed") {
    const sizes = {
      ...(fault.listed !== undefined && { listedBytes: fault.listed }),
      ...(fault.found !== undefined && { foundBytes: fault.found }),
    };
    return new ProvenanceError(
      "FILE_CHANGED",
      `${file.name} ${CHANGES[fault.change]} while the model was read. Try again when nothing writes to the model.`,
      { details: { ...details, change: fault.change, ...sizes } },
    );
  }
  const { offset, system, reason } = fault;
  const where = offset > 0 ? ` at byte ${offset}` : "";
  return new ProvenanceError("FILE_UNREADABLE", `${file.name} cannot be read${where}: ${WORDS[system] ?? reason}.`, {
    details: { ...details, offset, system },
    cause: new Error(reason),
  });
}

/** The hashing process could not do its work; `reason` is in its own words. */
export function hasherFailed(reason: string, cause?: unknown): ProvenanceError {
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

const WORDS: Readonly<Partial<Record<string, string>>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  EBUSY: "another program holds it",
  EIO: "the disk or the network drive reports a read error",
  EMFILE: "this process has too many files open",
  ENFILE: "this machine has too many files open",
  ELOOP: "too many symbolic links",
  ESTALE: "the network drive no longer knows it",
  ETIMEDOUT: "the network drive does not answer",
};
