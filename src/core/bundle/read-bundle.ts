import { readFile, stat } from "node:fs/promises";
import { basename } from "node:path";
import { ProvenanceError, systemCode } from "../errors.ts";
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
    // Opening a pipe would wait for a writer for ever.
    if (!found.isFile()) {
      throw new ProvenanceError(
        "SIGNATURE_UNREADABLE",
        `${path} is ${found.isDirectory() ? "a folder" : "a special file"}, not a signature file.`,
        { details: { path } },
      );
    }
    if (found.size > MAX_BUNDLE_BYTES) throw tooLarge(basename(path), found.size);
    return await readFile(path);
  } catch (error) {
    if (error instanceof ProvenanceError) throw error;
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") {
      throw new ProvenanceError("SIGNATURE_NOT_FOUND", `There is no signature file ${path}.`, {
        details: { path },
        cause: error,
      });
    }
    throw new ProvenanceError(
      "SIGNATURE_UNREADABLE",
      `The signature file ${path} cannot be read (${systemCode(error) ?? "unknown error"}).`,
      { details: { path }, cause: error },
    );
  }
}
