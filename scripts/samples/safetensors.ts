import { elements, floatBytes, numbers, type Tensor } from "./numbers.ts";

/** A safetensors file: the header's length in 8 bytes, the header as JSON padded to 8 bytes, the tensors' bytes. */
export function safetensors(tensors: readonly Tensor[]): Buffer {
  const header: Record<string, unknown> = { __metadata__: { format: "pt" } };
  const data: Buffer[] = [];
  let offset = 0;
  tensors.forEach((tensor, index) => {
    const bytes = floatBytes(numbers(elements(tensor), index + 1));
    header[tensor.name] = { dtype: "F32", shape: tensor.shape, data_offsets: [offset, offset + bytes.length] };
    data.push(bytes);
    offset += bytes.length;
  });
  const json = Buffer.from(JSON.stringify(header));
  const padded = Buffer.concat([json, Buffer.alloc(-json.length & 7, " ")]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  return Buffer.concat([length, padded, ...data]);
}
