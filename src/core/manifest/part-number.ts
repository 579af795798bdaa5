import { createHash } from "node:crypto";
import { relative, resolve, sep } from "node:path";

/** One of `count` processes that share a piece of work; `index` counts from 0. */
export interface PartNumber {
  readonly index: number;
  readonly count: number;
}

/** As many as Kubernetes allows to an Indexed Job. */
export const MAX_PARTS = 100_000;

/** `3/8`, as the option `--part` has it. */
export function partText({ index, count }: PartNumber): string {
  return `${index}/${count}`;
}

/**
 * Whether a model of a store is of that part. It depends on the model's own path only: models that come and go meanwhile
 * move no other one to a part that is finished.
 *
 * @param store the folder that is scanned
 * @param model path of the model
 */
export function isInPart(store: string, model: string, { index, count }: PartNumber): boolean {
  const path = relative(resolve(store), resolve(model)).split(sep).join("/");
  return createHash("sha256").update(path).digest().readUInt32BE() % count === index;
}
