import { stat } from "node:fs/promises";
import { normalize } from "node:path";

/** Where a model's signature is written, if no other place is named. A model that is not there is reported by who reads it. */
export async function signaturePathFor(model: string): Promise<string> {
  const { defaultSignaturePath } = await import("../core/operations/sign/sign.ts");
  const found = await stat(model).catch(() => undefined);
  return defaultSignaturePath(normalize(model), found?.isDirectory() === true ? "directory" : "file");
}
