import { realpath, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { systemCode } from "./errors.ts";
import { findSignatures } from "./model/find-signatures.ts";
import { isInside } from "./model/path-below.ts";
import type { Reason } from "./verdict.ts";

/** The signature files to verify, or why there is none. */
export interface LocatedSignatures {
  readonly paths: readonly string[];
  readonly problem?: Reason;
}

/**
 * Returns the signature file that a policy names, or all that belong to the model.
 *
 * @param wanted relative to the model's folder, `/` separated
 * @param folder the workspace folder; a file that a policy names has to be in it, links resolved
 */
export async function locateSignatures(
  model: string,
  wanted: string | undefined,
  folder: string,
  signal?: AbortSignal,
): Promise<LocatedSignatures> {
  if (wanted === undefined) return { paths: await findSignatures(model, { within: folder, signal }) };
  const path = join(await folderOfModel(resolve(model)), wanted);
  const details = { path };
  try {
    const [base, real] = await Promise.all([realpath(folder), realpath(path)]);
    if (isInside(base, real)) return { paths: [path] };
    const message = `The signature ${wanted}, which the policy names, leads out of the workspace folder.`;
    return { paths: [], problem: { code: "POLICY_INVALID", message, details } };
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    const message = `There is no signature ${wanted}, which the policy names.`;
    return { paths: [], problem: { code: "SIGNATURE_NOT_FOUND", message, details } };
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
