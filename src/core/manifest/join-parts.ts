import { ProvenanceError } from "../errors.ts";
import type { FileList, ModelFile } from "../model/file-list.ts";
import type { Serialization } from "./manifest.ts";
import { type PartNumber, partText } from "./part-number.ts";
import { changeSince, type FileEntry, fileState, type PartialManifest } from "./partial-manifest.ts";

export interface ManifestFile {
  /** For messages. */
  readonly label: string;
  readonly manifest: PartialManifest;
}

/** Parts that a message lists. */
const NAMED_AT_MOST = 10;

/**
 * Rejects parts that are not of one run, or not each there once.
 *
 * @param folder for messages
 * @returns how all of them were made
 * @throws ProvenanceError MANIFEST_INCOMPLETE, MANIFEST_MISMATCH
 */
export function checkParts(parts: readonly ManifestFile[], folder: string): Serialization {
  const [first] = parts;
  if (first === undefined) throw incomplete(`There is no manifest (*.json) in ${folder}: run digest --part first.`);
  const { count } = first.manifest.part;
  const seen = new Map<number, string>();
  for (const { label, manifest } of parts) {
    const { part, serialization } = manifest;
    if (part.count !== count) {
      throw mismatch(
        `${label} is one of ${part.count} parts, and ${first.label} one of ${count}: keep those of one run only.`,
      );
    }
    if (JSON.stringify(serialization) !== JSON.stringify(first.manifest.serialization)) {
      throw mismatch(
        `${label} was made with other options than ${first.label}: digest all parts with the same options.`,
      );
    }
    const other = seen.get(part.index);
    if (other !== undefined)
      throw mismatch(`${other} and ${label} are both part ${partText(part)}: remove one of them.`);
    seen.set(part.index, label);
  }
  if (seen.size === count) return first.manifest.serialization;
  const missing = Array.from({ length: count }, (_, index) => index).filter((index) => !seen.has(index));
  const named = missing.slice(0, NAMED_AT_MOST).map((index) => partText({ index, count }));
  const more = missing.length - named.length;
  const list = named.join(", ") + (more > 0 ? ` and ${more} more` : "");
  throw incomplete(
    `Of ${count} parts, ${missing.length} ${missing.length === 1 ? "is" : "are"} missing in ${folder}: run digest --part for ${list}.`,
  );
}

/**
 * Joins all parts of a model: each byte of each file that is there now is in exactly one part, and no file has changed
 * since its part was made.
 *
 * @param parts accepted by {@link checkParts}
 * @param serialization its result
 * @param list the model as it is now, without what the parts excluded
 * @param model basename
 * @throws ProvenanceError MANIFEST_INCOMPLETE, MANIFEST_MISMATCH
 */
export function joinParts(
  parts: readonly ManifestFile[],
  serialization: Serialization,
  list: FileList,
  model: string,
): PartialManifest {
  const found = new Map(list.files.map((file) => [file.name, file]));
  for (const { label, manifest } of parts) {
    for (const entry of manifest.files) {
      const file = found.get(entry.name);
      const change = file === undefined ? `it is not in ${model}` : changeSince(entry, file);
      if (change !== undefined) throw changed(entry.name, change, label, manifest, model);
    }
  }
  const entries = parts.flatMap(({ manifest }) => manifest.files.map((entry) => ({ entry, part: manifest.part })));
  const known = Map.groupBy(entries, ({ entry }) => entry.name);
  return {
    model,
    part: { index: 0, count: 1 },
    serialization,
    privateKeys: parts.flatMap(({ manifest }) => manifest.privateKeys),
    files: list.files.map((file) => joinFile(file, known.get(file.name) ?? [], serialization.shardSize)),
  };
}

interface Found {
  readonly entry: FileEntry;
  readonly part: PartNumber;
}

function joinFile(file: ModelFile, found: readonly Found[], shardSize: number | undefined): FileEntry {
  const { name, size } = file;
  const sorted = found.toSorted((a, b) => (a.entry.start ?? 0) - (b.entry.start ?? 0));
  let end = 0;
  for (const [index, { entry, part }] of sorted.entries()) {
    const start = entry.start ?? 0;
    const before = sorted[index - 1];
    if (before !== undefined && start < Math.max(end, 1)) {
      const both = `part ${partText(before.part)} and part ${partText(part)}`;
      throw mismatch(`"${name}" is in ${both}: the model changed meanwhile, so run all parts again.`);
    }
    if (start > end) break;
    end = shardSize === undefined ? size : Math.min(size, start + entry.digests.length * shardSize);
  }
  if (sorted.length === 0 || end < size) {
    const what = end === 0 ? `"${name}"` : `"${name}" from byte ${end} on`;
    throw incomplete(`${what} is in no part: the model changed meanwhile, so run all parts again.`);
  }
  const digests = sorted.flatMap(({ entry }) => entry.digests);
  return { name, ...fileState(file), ...(shardSize !== undefined && { start: 0 }), digests };
}

function changed(name: string, change: string, label: string, manifest: PartialManifest, model: string): Error {
  const part = partText(manifest.part);
  if (manifest.model !== model) {
    return mismatch(
      `${label} is of another model, "${manifest.model}": "${name}" is not that of ${model} (${change}).`,
    );
  }
  return mismatch(
    `"${name}" changed after part ${part} read it (${change}): run all parts again; those without a change are kept.`,
  );
}

export function mismatch(message: string): ProvenanceError {
  return new ProvenanceError("MANIFEST_MISMATCH", message);
}

function incomplete(message: string): ProvenanceError {
  return new ProvenanceError("MANIFEST_INCOMPLETE", message);
}
