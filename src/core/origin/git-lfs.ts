import { existsSync } from "node:fs";
import { join } from "node:path";
import { MAX_POINTER_BYTES, parseLfsPointer, readLfsPointer } from "../model/git-lfs-pointer.ts";
import { type DownloadRecord, huggingFacePurl, type RecordedFile, type RecordReader } from "./download-record.ts";
import { GitObjects } from "./git-objects.ts";
import { type GitRepository, gitRepository, headCommit, originRemote } from "./git-repository.ts";
import { filesOfCommit } from "./git-tree.ts";

const HUB_MODEL = /^(?:huggingface\.co|hf\.co)\/(?!(?:datasets|spaces|kernels)\/)(.+)$/;

/**
 * A work tree of git with files of Git LFS: the commit that is checked out holds a pointer with size and SHA-256 for each,
 * and git's own digest of every other file. Files that are not committed are not recorded.
 */
export const readGitLfs: RecordReader = async ({ path, prefix }, { files }) => {
  const repository = gitRepository(path);
  if (repository === undefined) return undefined;
  // Git LFS makes this folder when it fetches. Reading the commit of every other repository would be in vain.
  const isUsed = existsSync(join(repository.common, "lfs")) || files.some((file) => readLfsPointer(file) !== undefined);
  return isUsed ? readCommit(repository, prefix) : undefined;
};

function readCommit(repository: GitRepository, prefix: string): DownloadRecord | undefined {
  const revision = headCommit(repository);
  if (revision === undefined) return undefined;
  const objects = new GitObjects(join(repository.common, "objects"));
  const committed = filesOfCommit(objects, revision, prefix);
  if (committed === undefined) return undefined;
  const files = new Map<string, RecordedFile>();
  let hasPointers = false;
  for (const [name, id] of committed) {
    const content = objects.read(id, "blob", MAX_POINTER_BYTES);
    if (content === undefined) return undefined;
    const pointer = content === "larger" ? undefined : parseLfsPointer(content);
    hasPointers ||= pointer !== undefined;
    files.set(name, pointer ? { sha256: pointer.oid, size: pointer.size } : { gitBlob: id, convertible: true });
  }
  if (!hasPointers) return undefined;
  const remote = originRemote(repository);
  const model = HUB_MODEL.exec(remote ?? "")?.[1];
  return {
    source: "git-lfs",
    ...(remote !== undefined && { repository: model ?? remote }),
    revision,
    ...(model !== undefined && { purl: huggingFacePurl(model, revision) }),
    files,
    listsAll: false,
  };
}
