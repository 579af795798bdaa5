import type { OriginClaim } from "../origin.ts";

const HUGGING_FACE = /^https:\/\/(?:huggingface\.co|hf\.co)\/([\w.-]+\/[\w.-]+)\/?$/;

/** What a field of a file holds: text, or a list of texts, is a claim, and anything else is none. */
export type FoundField = readonly [kind: OriginClaim["kind"], field: string, value: unknown, revision?: unknown];

/** What fields are about, in the order in which they are listed. */
export type FieldKinds = Readonly<Record<string, OriginClaim["kind"]>>;

export function foundFields(kinds: FieldKinds, values: ReadonlyMap<string, unknown>): FoundField[] {
  return Object.entries(kinds).map(([field, kind]) => [kind, field, values.get(field)]);
}

/** `ORG/NAME` of an address of a model on the Hugging Face Hub. */
export function huggingFaceRepository(url: string): string | undefined {
  return HUGGING_FACE.exec(url)?.[1];
}
