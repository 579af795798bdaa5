import { isUtf8 } from "node:buffer";
import { readAt, withRegularFile } from "../../model/read-small-file.ts";
import { ProtobufReader, WIRE } from "./protobuf-reader.ts";

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
 * The texts of these keys in the `metadata_props` of an ONNX file. They nearly always lie behind the graph, which is
 * skipped unread.
 *
 * @returns nothing for another format
 */
export function readOnnxMetadata(path: string, keys: ReadonlySet<string>): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  withRegularFile(path, (file, size) => {
    try {
      readModel(new ProtobufReader(size, windowsOf(file)), keys, texts);
    } catch (error) {
      // The file ends within a field, or is damaged: what came before counts.
      if (!(error instanceof RangeError)) throw error;
    }
  });
  return texts;
}

function readModel(reader: ProtobufReader, keys: ReadonlySet<string>, texts: Map<string, string>): void {
  const first = reader.field();
  if (first.number !== MODEL.irVersion || first.type !== WIRE.varint) return;
  const version = reader.varint();
  if (version < 1 || version > MAX_IR_VERSION) return;
  for (let fields = 0; fields < MAX_FIELDS && !reader.isAtEnd(); fields++) {
    const field = reader.field();
    if (field.number !== MODEL.metadata || field.type !== WIRE.bytes || field.length > MAX_ENTRY) reader.skip(field);
    else {
      const [key, value] = readEntry(ProtobufReader.of(reader.take(field.length)));
      if (keys.has(key) && !texts.has(key)) texts.set(key, value);
    }
  }
}

function readEntry(reader: ProtobufReader): readonly [key: string, value: string] {
  let [key, value] = ["", ""];
  while (!reader.isAtEnd()) {
    const field = reader.field();
    const isText = field.type === WIRE.bytes && (field.number === ENTRY.key || field.number === ENTRY.value);
    if (!isText) reader.skip(field);
    else if (field.number === ENTRY.key) key = textOf(reader.take(field.length));
    else value = textOf(reader.take(field.length));
  }
  return [key, value];
}

function textOf(bytes: Buffer): string {
  return isUtf8(bytes) ? bytes.toString("utf8") : "";
}

/** Reads of a file, a window at a time. */
function windowsOf(file: number): (offset: number, length: number) => Buffer {
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
