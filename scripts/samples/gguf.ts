import { elements, floatBytes, numbers, type Tensor } from "./numbers.ts";

const ALIGNMENT = 32;
const TYPE_UINT32 = 4;
const TYPE_FLOAT32 = 6;
const TYPE_STRING = 8;
const TYPE_ARRAY = 9;
const TENSOR_F32 = 0;

/** A metadata value: text, an array of texts, a 32-bit whole number, or a float. */
export type MetadataValue = string | readonly string[] | { readonly uint32: number } | { readonly float32: number };

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function float32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([uint64(bytes.length), bytes]);
}

function metadata(value: MetadataValue): Buffer {
  if (typeof value === "string") return Buffer.concat([uint32(TYPE_STRING), text(value)]);
  if ("uint32" in value) return Buffer.concat([uint32(TYPE_UINT32), uint32(value.uint32)]);
  if ("float32" in value) return Buffer.concat([uint32(TYPE_FLOAT32), float32(value.float32)]);
  return Buffer.concat([uint32(TYPE_ARRAY), uint32(TYPE_STRING), uint64(value.length), ...value.map(text)]);
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((ALIGNMENT - (bytes.length % ALIGNMENT)) % ALIGNMENT)]);
}

/** A GGUF file, version 3: header, metadata, tensor directory, then the tensors, each aligned. */
export function gguf(entries: Readonly<Record<string, MetadataValue>>, tensors: readonly Tensor[]): Buffer {
  const parts = [Buffer.from("GGUF"), uint32(3), uint64(tensors.length), uint64(Object.keys(entries).length)];
  for (const [key, value] of Object.entries(entries)) parts.push(text(key), metadata(value));
  const data: Buffer[] = [];
  let offset = 0;
  tensors.forEach((tensor, index) => {
    const bytes = padded(floatBytes(numbers(elements(tensor), index + 100)));
    // The directory lists the innermost dimension first.
    const shape = tensor.shape.toReversed().map(uint64);
    parts.push(text(tensor.name), uint32(shape.length), ...shape, uint32(TENSOR_F32), uint64(offset));
    data.push(bytes);
    offset += bytes.length;
  });
  return Buffer.concat([padded(Buffer.concat(parts)), ...data]);
}
