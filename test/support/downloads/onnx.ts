/** A field of a message in the wire format of protocol buffers. */
export function protobufField(number: number, value: number | Uint8Array | string): Buffer {
  if (typeof value === "number") return Buffer.concat([varint(number * 8), varint(value)]);
  const bytes = Buffer.from(value);
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
}

export function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let left = value; ; left = Math.floor(left / 128)) {
    if (left < 128) return Buffer.from([...bytes, left]);
    bytes.push((left % 128) + 128);
  }
}

/** An ONNX model with a graph of that many bytes, as `onnx.save` orders its fields. */
export function onnx(metadata: Readonly<Record<string, string>>, graphBytes = 100): Buffer {
  const entries = Object.entries(metadata).map(([key, value]) =>
    protobufField(14, Buffer.concat([protobufField(1, key), protobufField(2, value)])),
  );
  return Buffer.concat([
    protobufField(1, 10),
    protobufField(2, "pytorch"),
    protobufField(7, Buffer.alloc(graphBytes, 0x72)),
    protobufField(8, protobufField(2, 21)),
    ...entries,
  ]);
}
