import { readLfsPointer } from "../model/git-lfs-pointer.ts";
import { compareCodePoints } from "../model/names.ts";
import { type DigestCheck, matchingFiles } from "./check-digests.ts";
import { huggingFaceRepository } from "./claims/claim.ts";
import { readClaims } from "./claims/read-claims.ts";
import { compareWithRecord, type RecordState } from "./compare-record.ts";
import type { DownloadRecord, RecordReader } from "./download-record.ts";
import { foldersAbove } from "./folders-above.ts";
import { readGitLfs } from "./git-lfs.ts";
import { readHuggingFaceCache } from "./hugging-face-cache.ts";
import { readHuggingFaceFolder } from "./hugging-face-folder.ts";
import { type ListedModel, listModel } from "./list-model.ts";
import { readOllama } from "./ollama.ts";
import type { Origin, OriginClaim, OriginReport, PointerFile } from "./origin.ts";

/** In the order in which they are asked: the first record that is understood counts. */
const READERS: readonly RecordReader[] = [readHuggingFaceCache, readHuggingFaceFolder, readGitLfs, readOllama];

export interface OriginOptions extends Omit<DigestCheck, "root"> {
  /** A folder or a single file; in a store of Ollama's also a manifest. */
  readonly model: string;
  /** Whether digests are compared with the record; if not, names and sizes only, and no model file is read. */
  readonly checkDigests: boolean;
}

/**
 * Where a model was downloaded from, by the records that download tools left on this machine, and whether its files still
 * match them. Uses no network. Records are not signed: the result is no verdict.
 *
 * @throws ProvenanceError MODEL_NOT_FOUND, MODEL_UNREADABLE, MODEL_SPECIAL_FILE, MODEL_TOO_LARGE, FILE_UNREADABLE,
 *   FILE_CHANGED, HASHER_FAILED, CANCELLED
 */
export async function findOrigin(options: OriginOptions): Promise<OriginReport> {
  const model = await listModel(options.model, options.signal);
  const pointers = model.files.flatMap((file): PointerFile[] => {
    const size = readLfsPointer(file)?.size;
    return size === undefined ? [] : [{ name: file.name, size }];
  });
  const claims = readClaims(model.files);
  const record = await readRecord(model);
  const origin =
    record === undefined ? claimedOrigin(model, claims) : await recordedOrigin(model, record, pointers, options);
  return { ...(origin && { origin }), pointers, claims };
}

async function readRecord(model: ListedModel): Promise<DownloadRecord | undefined> {
  for (const read of READERS) {
    for (const above of foldersAbove(model.folder)) {
      const record = await read(above, model);
      if (record !== undefined) return record;
    }
  }
  return undefined;
}

async function recordedOrigin(
  model: ListedModel,
  record: DownloadRecord,
  pointers: readonly PointerFile[],
  options: OriginOptions,
): Promise<Origin> {
  const { files, listsAll, ...place } = record;
  const { states, open } = compareWithRecord(model, record, pointers);
  if (options.checkDigests) {
    const matching = await matchingFiles(open, { ...options, root: model.path });
    for (const { file } of open) states.set(file.name, matching.has(file.name) ? "match" : "changed");
  }
  const names = (wanted: RecordState): string[] =>
    [...states].flatMap(([name, state]) => (state === wanted ? [name] : [])).sort(compareCodePoints);
  return {
    ...place,
    basis: "record",
    files: {
      match: names("match"),
      changed: names("changed"),
      missing: names("missing"),
      extra: names("extra"),
      unrecorded: names("unrecorded"),
      ...(!options.checkDigests && { unchecked: names("unchecked") }),
    },
  };
}

/** The origin that a GGUF file of the model claims, where no record names one. */
function claimedOrigin({ files, others }: ListedModel, claims: readonly OriginClaim[]): Origin | undefined {
  const urls = claims.flatMap(({ field, value }) => (field === "general.repo_url" ? [value] : []));
  const [repository] = urls.flatMap((url) => huggingFaceRepository(url) ?? []);
  if (repository === undefined) return undefined;
  const unrecorded = [...files.map(({ name }) => name), ...others];
  const nothing = { match: [], changed: [], missing: [], extra: [] };
  return { source: "huggingface", repository, basis: "claim", files: { ...nothing, unrecorded } };
}
