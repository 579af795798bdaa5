const TEXT = 8;
const LIST = 9;

/** A GGUF file without tensors: its metadata are texts and lists of texts. */
export function gguf(metadata: Readonly<Record<string, string | readonly string[]>>, version = 3): Buffer {
  const entries = Object.entries(metadata).map(([key, value]) => {
    const typed =
      typeof value === "string"
        ? [u32(TEXT), text(value)]
        : [u32(LIST), u32(TEXT), u64(value.length), ...value.map(text)];
    return Buffer.concat([text(key), ...typed]);
  });
  return Buffer.concat([Buffer.from("GGUF"), u32(version), u64(0), u64(entries.length), ...entries]);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, "utf8");
  return Buffer.concat([u64(bytes.length), bytes]);
}
