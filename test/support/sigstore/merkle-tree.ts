import { createHash } from "node:crypto";

export interface InclusionProof {
  readonly index: number;
  readonly size: number;
  readonly root: Buffer;
  readonly hashes: readonly Buffer[];
}

/** An append-only tree of entries, RFC 6962 section 2.1, in memory. */
export class MerkleTree {
  readonly #leaves: Buffer[] = [];

  /** Adds an entry; the proof is for the tree that ends with it. */
  append(entry: Buffer): InclusionProof {
    const index = this.#leaves.push(hash(0, entry)) - 1;
    return { index, size: index + 1, root: rootOf(this.#leaves), hashes: pathTo(index, this.#leaves) };
  }
}

function hash(prefix: 0 | 1, ...parts: readonly Buffer[]): Buffer {
  const digest = createHash("sha256").update(Buffer.of(prefix));
  for (const part of parts) digest.update(part);
  return digest.digest();
}

function rootOf(leaves: readonly Buffer[]): Buffer {
  const [only] = leaves;
  if (only === undefined) return createHash("sha256").digest();
  if (leaves.length === 1) return only;
  const split = splitPoint(leaves.length);
  return hash(1, rootOf(leaves.slice(0, split)), rootOf(leaves.slice(split)));
}

function pathTo(index: number, leaves: readonly Buffer[]): Buffer[] {
  if (leaves.length <= 1) return [];
  const split = splitPoint(leaves.length);
  const left = leaves.slice(0, split);
  const right = leaves.slice(split);
  return index < split ? [...pathTo(index, left), rootOf(right)] : [...pathTo(index - split, right), rootOf(left)];
}

/** The largest power of two that is less than `size`. */
function splitPoint(size: number): number {
  return 2 ** (Math.ceil(Math.log2(size)) - 1);
}
