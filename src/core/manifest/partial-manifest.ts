import * as v from "valibot";
import { ProvenanceError } from "../errors.ts";
import { DIGEST_BYTES, digestsOf, HASH_ALGORITHMS } from "../hashing/digest-request.ts";
import type { ModelFile } from "../model/file-list.ts";
import type { Serialization } from "./manifest.ts";
import { MAX_PARTS, type PartNumber } from "./part-number.ts";

/** Fields added without a new number are optional; anything else is another number. */
const FORMAT = "model-provenance/manifest/v1";

const Count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const Decimal = v.pipe(v.string(), v.regex(/^-?\d{1,20}$/, "is not a decimal number"));
const Hex = v.pipe(v.string(), v.regex(/^[0-9a-f]+$/, "is not lower-case hexadecimal"));
const Name = v.pipe(v.string(), v.minLength(1));

const Part = v.pipe(
  v.strictObject({ index: Count, count: v.pipe(Count, v.minValue(1), v.maxValue(MAX_PARTS)) }),
  v.check(({ index, count }) => index < count, "is not one of so many parts"),
);

const Entry = v.strictObject({
  name: Name,
  size: Count,
  mtimeNs: Decimal,
  ctimeNs: Decimal,
  inode: Decimal,
  start: v.optional(Count),
  digests: v.array(Hex),
});

const Schema = v.strictObject({
  format: v.literal(FORMAT),
  model: v.string(),
  part: Part,
  serialization: v.pipe(
    v.strictObject({
      method: v.picklist(["files", "shards"]),
      hashType: v.picklist(HASH_ALGORITHMS),
      shardSize: v.exactOptional(v.pipe(Count, v.minValue(1))),
      allowSymlinks: v.boolean(),
      ignorePaths: v.array(Name),
    }),
    v.transform(({ hashType, ...options }): Serialization => ({ ...options, algorithm: hashType })),
  ),
  privateKeys: v.array(Name),
  files: v.array(Entry),
});

/**
 * The digests of a file, or of a stretch of its shards, and what the file was when they were made: bytes, nanoseconds
 * since the epoch, and the inode as the file system counts them. No device: machines number theirs as they like.
 */
export type FileEntry = Readonly<v.InferOutput<typeof Entry>>;

/** The digests that one part made of a model, or those of all parts: then it is part 0 of 1. */
export interface PartialManifest {
  /** Basename of the model where the part ran; for messages. */
  readonly model: string;
  readonly part: PartNumber;
  readonly serialization: Serialization;
  /** Canonical names of files that hold a private key. */
  readonly privateKeys: readonly string[];
  /** In code-point order of the name, then by offset. */
  readonly files: readonly FileEntry[];
}

/** What an entry records of a file beside its digests, out of its `statLine`. */
export function fileState({ size, state }: ModelFile): Pick<FileEntry, "size" | "mtimeNs" | "ctimeNs" | "inode"> {
  const [, mtimeNs = "", ctimeNs = "", , inode = ""] = state.split(" ");
  return { size, mtimeNs, ctimeNs, inode };
}

/** What differs of a file since the entry was made, if anything. */
export function changeSince(entry: FileEntry, file: ModelFile): string | undefined {
  const now = fileState(file);
  if (entry.size !== now.size) return `it had ${entry.size} bytes and has ${now.size}`;
  if (entry.inode !== now.inode) return "another file took its place";
  return entry.mtimeNs === now.mtimeNs && entry.ctimeNs === now.ctimeNs ? undefined : "its times differ";
}

/** Files of a piece of the text: some hundred kilobytes are written at once. */
const ENTRIES = 1000;

/** The text of a manifest, JSON in UTF-8 with a line for each file, in pieces. */
export function* encodeManifest({ model, part, serialization, ...manifest }: PartialManifest): Generator<string> {
  const { algorithm: hashType, ...options } = serialization;
  const { privateKeys, files } = manifest;
  const head = { format: FORMAT, model, part, serialization: { hashType, ...options }, privateKeys };
  yield `${JSON.stringify(head).slice(0, -1)},"files":[`;
  for (let start = 0; start < files.length; start += ENTRIES) {
    const lines = files.slice(start, start + ENTRIES).map((entry) => JSON.stringify(entry));
    yield `${start === 0 ? "\n" : ",\n"}${lines.join(",\n")}`;
  }
  yield "\n]}\n";
}

/**
 * Parses the text of a manifest.
 *
 * @param label the file, for messages
 * @throws ProvenanceError MANIFEST_UNREADABLE
 */
export function parseManifest(text: string, label: string): PartialManifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw malformed(label, "it is not JSON", cause);
  }
  const result = v.safeParse(Schema, json);
  if (!result.success) {
    const [issue] = result.issues;
    throw malformed(label, `${v.getDotPath(issue) ?? "its top"}: ${issue.message}`);
  }
  const { model, part, serialization, privateKeys, files } = result.output;
  const { method, algorithm, shardSize } = serialization;
  if ((method === "shards") !== (shardSize !== undefined)) throw malformed(label, "serialization.shardSize");
  const width = DIGEST_BYTES[algorithm] * 2;
  for (const { name, size, start, digests } of files) {
    const most = digestsOf(size - (start ?? 0), shardSize);
    const fits = shardSize === undefined ? start === undefined && digests.length === 1 : digests.length <= most;
    const begins = shardSize === undefined || (start !== undefined && start % shardSize === 0);
    if (fits && begins && digests.every(({ length }) => length === width)) continue;
    throw malformed(label, `the digests of "${name}"`);
  }
  return { model, part, serialization, privateKeys, files };
}

function malformed(label: string, where: string, cause?: unknown): ProvenanceError {
  return new ProvenanceError(
    "MANIFEST_UNREADABLE",
    `${label} is not a manifest of digest --part or --merge: ${where}.`,
    { details: { file: label }, ...(cause !== undefined && { cause }) },
  );
}
