import { createHash } from "node:crypto";
import { relative, resolve, sep } from "node:path";
import type { PartNumber } from "../../manifest/part-number.ts";

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
