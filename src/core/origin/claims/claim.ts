import type { OriginClaim } from "../origin.ts";

/** Characters of a value that are kept. */
const MAX_VALUE = 300;
const HUGGING_FACE = /^https:\/\/(?:huggingface\.co|hf\.co)\/([\w.-]+\/[\w.-]+)\/?$/;

/** The claims of one file: its fields, by what they are about. */
export class ClaimList {
  readonly claims: OriginClaim[] = [];
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  /** Adds a claim for text that is not empty, and for each text of a list. */
  add(kind: OriginClaim["kind"], field: string, value: unknown, revision?: unknown): void {
    for (const text of Array.isArray(value) ? value : [value]) {
      if (typeof text !== "string" || text.trim() === "") continue;
      const named = typeof revision === "string" && revision !== "" ? { revision: revision.slice(0, MAX_VALUE) } : {};
      this.claims.push({ file: this.#file, field, kind, value: text.trim().slice(0, MAX_VALUE), ...named });
    }
  }
}

/** `ORG/NAME` of an address of a model on the Hugging Face Hub. */
export function huggingFaceRepository(url: string): string | undefined {
  return HUGGING_FACE.exec(url)?.[1];
}
