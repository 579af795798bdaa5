import { floatBytes, numbers } from "./numbers.ts";

const FLOAT = 1;

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}

/** Protocol Buffers, wire type 0. */
function number(field: number, value: number): Buffer {
  return Buffer.concat([varint(field << 3), varint(value)]);
}

/** Protocol Buffers, wire type 2: text, bytes, or a message of its parts. */
function message(field: number, ...content: readonly (string | Uint8Array)[]): Buffer {
  const bytes = Buffer.concat(content.map((part) => (typeof part === "string" ? Buffer.from(part) : part)));
  return Buffer.concat([varint((field << 3) | 2), varint(bytes.length), bytes]);
}

function valueInfo(field: number, name: string, shape: readonly number[]): Buffer {
  const dimensions = shape.map((size) => message(1, number(1, size)));
  const tensorType = message(1, number(1, FLOAT), message(2, ...dimensions));
  return message(field, message(1, name), message(2, tensorType));
}

function initializer(name: string, shape: readonly number[], seed: number): Buffer {
  const count = shape.reduce((product, size) => product * size, 1);
  const raw = floatBytes(numbers(count, seed));
  return message(5, ...shape.map((size) => number(1, size)), number(2, FLOAT), message(8, name), message(9, raw));
}

/** An ONNX model of one linear layer, `y = x · W + b`, 4 inputs and 2 outputs. */
export function onnxLinear(): Buffer {
  const gemm = message(1, message(1, "x"), message(1, "W"), message(1, "b"), message(2, "y"), message(4, "Gemm"));
  const graph = message(
    7,
    gemm,
    message(2, "linear"),
    initializer("W", [4, 2], 200),
    initializer("b", [2], 201),
    valueInfo(11, "x", [1, 4]),
    valueInfo(12, "y", [1, 2]),
  );
  const operators = message(8, message(1, ""), number(2, 17));
  return Buffer.concat([number(1, 8), message(2, "model-provenance samples"), graph, operators]);
}
