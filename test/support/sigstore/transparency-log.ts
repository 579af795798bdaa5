import type { LogKey } from "./log-key.ts";
import { signCheckpoint } from "./log-key.ts";
import { type InclusionProof, MerkleTree } from "./merkle-tree.ts";

/** What of an entry is to be wrong; asked at each one. */
export interface LogFaults {
  badProof(): boolean;
  wrongKey(): boolean;
}

export interface LoggedEntry {
  readonly key: LogKey;
  readonly proof: InclusionProof;
  readonly checkpoint: string;
}

/**
 * The log behind the mock's Rekor handlers. The mock's own holds every entry alone in a tree of one and logs what was
 * posted as it came, which no verifier of DSSE entries accepts; this one grows, and proves.
 */
export class TransparencyLog {
  readonly key: LogKey;
  readonly #stranger: LogKey;
  readonly #name: string;
  readonly #origin: string;
  readonly #faults: LogFaults;
  readonly #tree = new MerkleTree();

  /**
   * @param stranger a key that no trusted root names
   * @param name who signs the checkpoints: the host of the log's URL
   * @param origin the first line of the checkpoints
   */
  constructor(key: LogKey, stranger: LogKey, name: string, origin: string, faults: LogFaults) {
    this.key = key;
    this.#stranger = stranger;
    this.#name = name;
    this.#origin = origin;
    this.#faults = faults;
  }

  append(entry: Buffer): LoggedEntry {
    const key = this.#faults.wrongKey() ? this.#stranger : this.key;
    const proof = this.#tree.append(this.#faults.badProof() ? Buffer.concat([entry, Buffer.of(0x20)]) : entry);
    return { key, proof, checkpoint: signCheckpoint(key, this.#name, this.#origin, proof.size, proof.root) };
  }
}
