import { realpath, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { systemCode } from "./errors.ts";
import { findSignature } from "./model/find-models.ts";
import { isInside } from "./policy/workspace-files.ts";
import type { Reason } from "./verdict.ts";

/** The signature file to verify, or why there is none. */
export type LocatedSignature = { readonly path: string } | { readonly path?: undefined; readonly problem?: Reason };

/**
 * Returns the signature file that a policy names, or the one found in the model or beside it.
 *
 * @param wanted relative to the model's folder, `/` separated
 * @param folder the workspace folder; a file that a policy names has to be in it, links resolved
 */
export async function locateSignature(
  model: string,
  wanted: string | undefined,
  folder: string,
  signal?: AbortSignal,
): Promise<LocatedSignature> {
  const found = wanted === undefined ? await findSignature(model, signal) : undefined;
  if (wanted === undefined) return found === undefined ? {} : { path: found };
  const path = join(await folderOfModel(resolve(model)), wanted);
  const details = { path };
  try {
    const [base, real] = await Promise.all([realpath(folder), realpath(path)]);
    if (isInside(base, real)) return { path };
    const message = `The signature ${wanted}, which the policy names, leads out of the workspace folder.`;
    return { problem: { code: "POLICY_INVALID", message, details } };
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    const message = `There is no signature ${wanted}, which the policy names.`;
    return { problem: { code: "SIGNATURE_NOT_FOUND", message, details } };
  }
}

async function folderOfModel(model: string): Promise<string> {
  try {
    return (await stat(model)).isDirectory() ? model : dirname(model);
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return model;
  }
}
