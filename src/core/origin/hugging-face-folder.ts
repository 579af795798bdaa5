import { join } from "node:path";
import { undefinedIfRejected } from "../errors.ts";
import { enumerateModel } from "../model/enumerate.ts";
import { readSmallText } from "../model/read-small-file.ts";
import { below, digestOfEtag, type RecordedFile, type RecordReader } from "./download-record.ts";
import { readTreeList } from "./tree-list.ts";

const OWN_FOLDER = ".cache/huggingface";
const ENDING = ".metadata";
const MAX_METADATA_BYTES = 1024;
/** Commit, entity tag, seconds since the epoch (huggingface_hub, `_local_folder.py`). */
const METADATA = /^([0-9a-f]{40})\r?\n([0-9a-f]{40}|[0-9a-f]{64})\r?\n\d+(?:\.\d+)?\r?\n?$/;

/**
 * A folder that the Hugging Face client downloaded into (`local_dir`): a small file for each downloaded one holds its
 * commit and digest. Which repository they are of is not recorded.
 *
 * The client ignores the record of a file that was written to later. Here it counts: it says what was downloaded.
 */
export const readHuggingFaceFolder: RecordReader = async ({ path, prefix }) => {
  const own = join(path, OWN_FOLDER);
  const recorded = await readMetadata(join(own, "download"));
  if (recorded.size === 0) return undefined;
  const commits = new Set([...recorded.values()].map(({ commit }) => commit));
  const [revision] = commits.size === 1 ? commits : [];
  const listed = revision === undefined ? undefined : readTreeList(own, revision);
  const files = new Map<string, RecordedFile>([...recorded].map(([name, { digest }]) => [name, digest]));
  for (const [name, file] of listed ?? []) files.set(name, file);
  return {
    source: "huggingface",
    ...(revision !== undefined && { revision }),
    files: below(files, prefix),
    listsAll: listed !== undefined,
  };
};

interface Metadata {
  readonly commit: string;
  readonly digest: RecordedFile;
}

/** By the name of the downloaded file; what is not understood is left out. */
async function readMetadata(folder: string): Promise<Map<string, Metadata>> {
  const found = new Map<string, Metadata>();
  const list = await enumerateModel(folder, { ignore: [], allowSymlinks: false }).catch(undefinedIfRejected);
  for (const { name, path } of list?.files ?? []) {
    if (!name.endsWith(ENDING)) continue;
    const [, commit, etag] = METADATA.exec(readSmallText(path, MAX_METADATA_BYTES) ?? "") ?? [];
    const digest = digestOfEtag(etag ?? "");
    if (commit !== undefined && digest !== undefined) found.set(name.slice(0, -ENDING.length), { commit, digest });
  }
  return found;
}
