import { dirname } from "node:path";
import type { ModelFile } from "../model/file-list.ts";
import { hubSnapshot } from "../model/hub-cache.ts";
import { below, digestOfEtag, huggingFacePurl, type RecordedFile, type RecordReader } from "./download-record.ts";
import { readTreeList } from "./tree-list.ts";

/**
 * The cache of the Hugging Face client: the commit and the repository are in the path of a snapshot, the digests in its tree
 * list or, without one, in the names of the blobs that it links to.
 */
export const readHuggingFaceCache: RecordReader = async ({ path, prefix }, { files }) => {
  const snapshot = hubSnapshot(path);
  if (snapshot === undefined) return undefined;
  const { name: repository, revision, type } = snapshot;
  const listed = readTreeList(dirname(dirname(path)), revision);
  return {
    source: "huggingface",
    repository,
    revision,
    ...(type === "models" && { purl: huggingFacePurl(repository, revision) }),
    files: listed === undefined ? linkedBlobs(files) : below(listed, prefix),
    listsAll: listed !== undefined,
  };
};

function linkedBlobs(files: readonly ModelFile[]): Map<string, RecordedFile> {
  const found = new Map<string, RecordedFile>();
  for (const { name, blob } of files) {
    const digest = blob === undefined ? undefined : digestOfEtag(blob);
    if (digest !== undefined) found.set(name, digest);
  }
  return found;
}
