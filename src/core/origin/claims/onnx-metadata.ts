import { isUtf8 } from "node:buffer";
import { readAt, withRegularFile } from "../../model/read-small-file.ts";
import { protobufFields, type ReadBytes } from "./protobuf-fields.ts";

/** Fields of a `ModelProto`, and of an entry of its metadata (onnx, `onnx.proto`). */
const MODEL = { irVersion: 1, metadata: 14 } as const;
const ENTRY = { key: 1, value: 2 } as const;
/** There are 13 in 2026. */
const MAX_IR_VERSION = 255;
/** Bytes of an entry; a longer one is skipped. */
const MAX_ENTRY = 16 * 1024;
/** Fields of a model that are looked at: some have many functions. */
const MAX_FIELDS = 10_000;
/** Bytes that are read at a time, and how often: fields lie gigabytes apart. */
const WINDOW = 4096;
const MAX_WINDOWS = 1000;

/**
 * The `metadata_props` of an ONNX file. They nearly always lie behind the graph, which is skipped unread.
 *
 * @returns nothing for another format
 */
export function readOnnxMetadata(path: string): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  withRegularFile(path, (file, size) => {
    try {
      readModel(size, windowsOf(file), texts);
    } catch (error) {
      // The file ends within a field, or is damaged: what came before counts.
      if (!(error instanceof RangeError)) throw error;
    }
  });
  return texts;
}

function readModel(size: number, read: ReadBytes, texts: Map<string, string>): void {
  let fields = 0;
  for (const { number, value = 0, bytes } of protobufFields(size, read)) {
    const isFirst = fields++ === 0;
    if (isFirst && (number !== MODEL.irVersion || value < 1 || value > MAX_IR_VERSION)) return;
    if (fields > MAX_FIELDS) return;
    if (number !== MODEL.metadata || bytes === undefined || bytes.length > MAX_ENTRY) continue;
    const [key, text] = readEntry(read(bytes.offset, bytes.length));
    if (!texts.has(key)) texts.set(key, text);
  }
}

function readEntry(entry: Buffer): readonly [key: string, value: string] {
  let [key, value] = ["", ""];
  for (const { number, bytes } of protobufFields(entry.length, (offset) => entry.subarray(offset))) {
    const text = bytes && entry.subarray(bytes.offset, bytes.offset + bytes.length);
    if (text === undefined || !isUtf8(text)) continue;
    if (number === ENTRY.key) key = text.toString("utf8");
    else if (number === ENTRY.value) value = text.toString("utf8");
  }
  return [key, value];
}

/** Reads of a file, a window at a time. */
function windowsOf(file: number): ReadBytes {
  let left = MAX_WINDOWS;
  let start = 0;
  let window: Buffer = Buffer.alloc(0);
  return (offset, length) => {
    if (offset < start || offset + length > start + window.length) {
      if (left-- === 0) throw new RangeError("too many reads");
      [start, window] = [offset, readAt(file, offset, Math.max(length, WINDOW))];
      if (window.length < length) throw new RangeError("the end of the file");
    }
    return window.subarray(offset - start, offset - start + length);
  };
}
