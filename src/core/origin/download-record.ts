import type { FolderAbove } from "./folders-above.ts";
import type { ListedModel } from "./list-model.ts";
import type { Origin } from "./origin.ts";

/** What a record says of one file. With neither digest, only its name is recorded. */
export interface RecordedFile {
  /** Lower-case hex SHA-256 of the bytes. */
  readonly sha256?: string;
  /** Lower-case hex SHA-1 of `blob LENGTH NUL` and the bytes: git's name of them. */
  readonly gitBlob?: string;
  /** Bytes. */
  readonly size?: number;
  /** Whether git may have converted the line ends of the file when it wrote it; its size is not recorded then. */
  readonly convertible?: true;
}

/** What a tool recorded of a download. */
export interface DownloadRecord extends Pick<Origin, "source" | "repository" | "revision" | "purl"> {
  /** By canonical name, relative to the model's folder. */
  readonly files: ReadonlyMap<string, RecordedFile>;
  /** Whether the record lists all files of the revision, so that others were not downloaded. */
  readonly listsAll: boolean;
}

/**
 * Reads the record of one tool in a folder that holds the model or is it: undefined where there is none, or none in a form
 * that is understood. Never throws for what it reads.
 */
export type RecordReader = (above: FolderAbove, model: ListedModel) => Promise<DownloadRecord | undefined>;

const SHA256 = /^[0-9a-f]{64}$/;
const SHA1 = /^[0-9a-f]{40}$/;

/** The digest in an entity tag of the Hugging Face Hub: a SHA-256 for LFS and Xet files, git's blob digest for others. */
export function digestOfEtag(etag: string): RecordedFile | undefined {
  if (SHA256.test(etag)) return { sha256: etag };
  return SHA1.test(etag) ? { gitBlob: etag } : undefined;
}

/** @returns the package URL of a model on the Hugging Face Hub */
export function huggingFacePurl(repository: string, revision: string): string {
  return `pkg:huggingface/${repository.split("/").map(encodeURIComponent).join("/")}@${encodeURIComponent(revision)}`;
}

/** The entries of a map whose names lie below a prefix, without it. */
export function below<T>(files: Iterable<readonly [string, T]>, prefix: string): Map<string, T> {
  const found = new Map<string, T>();
  for (const [name, value] of files) if (name.startsWith(prefix)) found.set(name.slice(prefix.length), value);
  return found;
}
