import { readFile, stat } from "node:fs/promises";
import { basename } from "node:path";
import { fail, ProvenanceError, systemCode } from "../errors.ts";
import { MAX_BUNDLE_BYTES } from "./bounded-json.ts";
import type { Bundle } from "./bundle.ts";
import { parseBundle, tooLarge } from "./parse-bundle.ts";

/**
 * Reads and parses a signature file.
 *
 * @throws ProvenanceError SIGNATURE_NOT_FOUND, SIGNATURE_UNREADABLE, and those of {@link parseBundle}
 */
export async function readBundle(path: string): Promise<Bundle> {
  return parseBundle(await readSignatureFile(path), basename(path));
}

/**
 * The bytes of a signature file, bounded.
 *
 * @throws ProvenanceError SIGNATURE_NOT_FOUND, SIGNATURE_UNREADABLE, BUNDLE_TOO_LARGE
 */
export async function readSignatureFile(path: string): Promise<Buffer> {
  try {
    const found = await stat(path);
    // Opening a pipe would wait for a writer forever.
    if (!found.isFile()) {
      const kind = found.isDirectory() ? "a folder" : "a special file";
      return fail("SIGNATURE_UNREADABLE", `${path} is ${kind}, not a signature file.`, { path });
    }
    if (found.size > MAX_BUNDLE_BYTES) throw tooLarge(basename(path), found.size);
    return await readFile(path);
  } catch (error) {
    if (error instanceof ProvenanceError) throw error;
    const options = { details: { path }, cause: error };
    const code = systemCode(error) ?? "unknown error";
    if (code === "ENOENT" || code === "ENOTDIR") {
      throw new ProvenanceError("SIGNATURE_NOT_FOUND", `There is no signature file ${path}.`, options);
    }
    throw new ProvenanceError("SIGNATURE_UNREADABLE", `The signature file ${path} cannot be read (${code}).`, options);
  }
}
