import { basename, resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { ProvenanceError } from "../../errors.ts";
import { withHashPool } from "../../hashing/with-hash-pool.ts";
import { readEarlierManifest, writeManifest } from "../../manifest/manifest-files.ts";
import type { PartNumber } from "../../manifest/part-number.ts";
import { type FileEntry, fileState, type PartialManifest } from "../../manifest/partial-manifest.ts";
import { type Share, sharesOf } from "../../manifest/shares.ts";
import type { FileList, ModelFile } from "../../model/file-list.ts";
import { relativeToModel } from "../../model/ignore.ts";
import { lookIntoSmallFiles } from "../../signing/private-key-files.ts";
import { type DigestModelOptions, listForSigning, serializationOf } from "./digest.ts";

export interface DigestPartOptions extends Omit<DigestModelOptions, "mode" | "cache"> {
  readonly part: PartNumber;
  /** Where the manifest is written; an earlier one is replaced, any other file is not. */
  readonly output: string;
}

export interface DigestedPart {
  readonly manifest: PartialManifest;
  /** Whether an earlier run had finished the part, and none of its files has changed since: nothing was read. */
  readonly kept: boolean;
  /** Bytes of the part. */
  readonly bytes: number;
  readonly seconds: number;
}

/**
 * Digests one part of a model, and writes its manifest.
 *
 * @throws ProvenanceError MODEL_*, IGNORE_PATH, FILE_UNREADABLE, FILE_CHANGED, MANIFEST_UNREADABLE (another file is at
 *   the output), MANIFEST_UNWRITABLE, USAGE (the output is in the model), HASHER_FAILED, CANCELLED
 */
export async function digestPart(options: DigestPartOptions): Promise<DigestedPart> {
  const started = performance.now();
  const { part, shardSize, algorithm = "sha256", signal, onProgress } = options;
  const model = resolve(options.model);
  const output = resolve(options.output);
  assertOutside(model, output);
  const earlier = await readEarlierManifest(output);
  const listed = await listForSigning(options);
  const { list } = listed;
  const shares = sharesOf(list.files, shardSize, part);
  const { ignorePaths, ...how } = serializationOf(options, listed);
  const serialization = { ...how, ignorePaths: ignorePaths.toSorted() };
  const head = { model: basename(model), part, serialization };
  const work = workOf(list, shares);
  const bytes = shares.reduce((sum, { start, end }) => sum + end - start, 0);
  const result = (manifest: PartialManifest, kept: boolean): DigestedPart => {
    return { manifest, kept, bytes, seconds: (performance.now() - started) / 1000 };
  };
  if (earlier !== undefined && isSameWork(earlier, head, work)) return result(earlier, true);
  const files = work.map(({ file }) => file);
  const ranges = work.map((item) => item.ranges);
  const request = { files, ranges, algorithm, shardSize };
  const { digests } = await withHashPool(options, (pool) => pool.digest(request, { signal, onProgress }));
  const manifest: PartialManifest = {
    ...head,
    privateKeys: (await lookIntoSmallFiles(files, signal)).privateKeys,
    files: work.flatMap((item, position) => entriesOf(item, digests[position] ?? [], shardSize)),
  };
  await writeManifest(output, manifest);
  return result(manifest, false);
}

/**
 * A manifest below the model would be one of its files.
 *
 * @throws ProvenanceError USAGE
 */
export function assertOutside(model: string, output: string): void {
  if (relativeToModel(model, output) === undefined) return;
  throw new ProvenanceError("USAGE", `${output} is in the model and would be one of its files: give another --output.`);
}

/** A file of which the part digests all, or some stretches. */
interface Work {
  readonly file: ModelFile;
  readonly ranges: readonly Pick<Share, "start" | "end">[];
}

function workOf({ files }: FileList, shares: readonly Share[]): Work[] {
  return [...Map.groupBy(shares, ({ file }) => file)].flatMap(([position, ranges]) => {
    const file = files[position];
    return file === undefined ? [] : [{ file, ranges }];
  });
}

/** @param digests of the whole file, by position of the shard; only those of the ranges were made */
function entriesOf({ file, ranges }: Work, digests: readonly string[], shardSize: number | undefined): FileEntry[] {
  const known = { name: file.name, ...fileState(file) };
  if (shardSize === undefined) return [{ ...known, digests: [...digests] }];
  return ranges.map(({ start, end }) => ({
    ...known,
    start,
    digests: digests.slice(start / shardSize, Math.ceil(end / shardSize)),
  }));
}

/** Whether a manifest is of this part of this model, and every file is as it was when its digests were made. */
function isSameWork(
  { files, model, part, serialization }: PartialManifest,
  head: Pick<PartialManifest, "model" | "part" | "serialization">,
  work: readonly Work[],
): boolean {
  const { shardSize } = head.serialization;
  const wanted = work.flatMap((item) => entriesOf(item, [], shardSize));
  return (
    isDeepStrictEqual({ model, part, serialization }, head) &&
    files.length === wanted.length &&
    files.every((known, index) => isDeepStrictEqual({ ...known, digests: [] }, { ...wanted[index], digests: [] }))
  );
}
