import * as v from "valibot";

/** What the hashing process and its client say to each other, as JSON. File content never travels. */

const RequestId = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const Count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const FileIndex = Count;

const FileChange = v.picklist(["removed", "replaced", "not-a-file", "size", "times", "shorter", "longer"]);

/** How a file stopped being what the list says. */
export type FileChange = v.InferOutput<typeof FileChange>;

const FaultSchema = v.variant("kind", [
  v.strictObject({
    kind: v.literal("changed"),
    file: FileIndex,
    change: FileChange,
    /** Bytes; only where sizes differ. */
    listed: v.optional(Count),
    found: v.optional(Count),
  }),
  v.strictObject({
    kind: v.literal("unreadable"),
    file: FileIndex,
    /** Where in the file, in bytes, the read failed. */
    offset: Count,
    /** `EIO`, `EACCES`… */
    system: v.string(),
    reason: v.string(),
  }),
  v.strictObject({ kind: v.literal("failed"), reason: v.string() }),
]);

/** Why a request has no digests; a file is named by its position in the request. */
export type Fault = v.InferOutput<typeof FaultSchema>;

const SettingsSchema = v.strictObject({
  /** Digesting threads: one a core, if nobody wants it otherwise. */
  workers: v.pipe(v.number(), v.integer(), v.minValue(1)),
  /** `low`: steps back for everything else on the machine. */
  priority: v.picklist(["low", "normal"]),
  /** Threads that read one disk: `auto` is one where the disk is known to turn, and all of them elsewhere. */
  readers: v.picklist(["auto", "one", "many"]),
  /** Where digests are kept; absent: nowhere. */
  cache: v.optional(
    v.strictObject({
      directory: v.string(),
      /** Of all models together. */
      maxBytes: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
    }),
  ),
});

/** What the hashing process is told once, before the first request. */
export type HasherSettings = v.InferOutput<typeof SettingsSchema>;

const FileChunkSchema = v.strictObject({
  /** Absolute paths, separated by NUL: the one character that no path holds. */
  paths: v.string(),
  /** A line a file: size, mtime, ctime (ns), device, inode; decimal, separated by a space. */
  stats: v.string(),
});

/** A part of a file list: two strings cost a tenth of what objects cost to send. */
export type FileChunk = v.InferOutput<typeof FileChunkSchema>;

export const ToHasherSchema = v.variant("type", [
  v.strictObject({ type: v.literal("configure"), settings: SettingsSchema }),
  v.strictObject({
    type: v.literal("begin"),
    id: RequestId,
    algorithm: v.picklist(["sha256", "blake2b", "blake3"]),
    shardSize: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(1))),
    mode: v.picklist(["full", "cached", "verify-cache"]),
    /** What the cache knows the model by. */
    root: v.optional(v.string()),
    /** What the `files` messages will bring. Absent: the list is being made, and comes in no order. */
    expected: v.optional(v.strictObject({ files: Count, digests: Count, bytes: Count })),
  }),
  v.strictObject({ type: v.literal("files"), id: RequestId, chunk: FileChunkSchema }),
  /** After the last file: how many there were, and how many digests they have. */
  v.strictObject({ type: v.literal("complete"), id: RequestId, files: Count, digests: Count }),
  v.strictObject({ type: v.literal("cancel"), id: RequestId }),
]);

export type ToHasher = v.InferOutput<typeof ToHasherSchema>;

export const FromHasherSchema = v.variant("type", [
  v.strictObject({
    type: v.literal("progress"),
    id: RequestId,
    /** Bytes. */
    done: Count,
    /** A file being read. */
    file: v.optional(FileIndex),
  }),
  /** Digests in order of file and shard, lower-case hex, end to end. */
  v.strictObject({ type: v.literal("digests"), id: RequestId, hex: v.string() }),
  v.strictObject({ type: v.literal("done"), id: RequestId, bytesRead: Count, bytesFromCache: Count }),
  v.strictObject({ type: v.literal("failed"), id: RequestId, fault: FaultSchema }),
  /** Nothing of the request is open any more. */
  v.strictObject({ type: v.literal("cancelled"), id: RequestId }),
]);

export type FromHasher = v.InferOutput<typeof FromHasherSchema>;
