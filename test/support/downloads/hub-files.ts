import { createHash } from "node:crypto";

export interface HubFile {
  readonly content: Buffer;
  /** Whether the repository keeps it with Git LFS. */
  readonly lfs: boolean;
}

export interface HubRevision {
  readonly commit: string;
  readonly files: ReadonlyMap<string, HubFile>;
}

export const sha256Of = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
export const gitBlobOf = (bytes: Uint8Array) =>
  createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
export const pointerOf = (bytes: Uint8Array) =>
  Buffer.from(`version https://git-lfs.github.com/spec/v1\noid sha256:${sha256Of(bytes)}\nsize ${bytes.length}\n`);

export const COMMITS = {
  first: "1111111111222222222233333333334444444444",
  second: "5555555555666666666677777777778888888888",
} as const;

const text = (content: string): HubFile => ({ content: Buffer.from(content), lfs: false });
const weights = (content: Buffer): HubFile => ({ content, lfs: true });

/** A safetensors file of one tensor. */
export function safetensors(metadata: Readonly<Record<string, string>>, seed: number): Buffer {
  const header = Buffer.from(
    JSON.stringify({ __metadata__: metadata, weight: { dtype: "U8", shape: [256], data_offsets: [0, 256] } }),
  );
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, Buffer.from(Array.from({ length: 256 }, (_, at) => (at * seed) % 251))]);
}

const CARD = `---
license: apache-2.0
base_model: acme/base-model
datasets:
- acme/reviews
---
# Tiny
`;

const files = (seed: number): ReadonlyMap<string, HubFile> =>
  new Map([
    ["README.md", text(CARD)],
    ["config.json", text('{"model_type": "tiny", "_name_or_path": "acme/base-model"}\n')],
    ["model.safetensors", weights(safetensors({ format: "pt", "modelspec.title": "Tiny" }, seed))],
    ["onnx/model.onnx", weights(Buffer.alloc(500, seed))],
    ["tokenizer.json", text('{"version": "1.0"}\n')],
  ]);

/** The repository `acme/tiny`, of two revisions: `main` is the first. */
export const REVISIONS: readonly HubRevision[] = [
  { commit: COMMITS.first, files: files(7) },
  { commit: COMMITS.second, files: files(11) },
];
