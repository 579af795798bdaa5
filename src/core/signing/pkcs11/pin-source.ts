import { readFile } from "node:fs/promises";
import { isAbsolute } from "node:path";
import { fileURLToPath } from "node:url";
import { ProvenanceError, systemCode } from "../../errors.ts";

/** Bytes: no token takes a longer PIN. */
const MAX_PIN = 4096;

/**
 * Reads the PIN that `pin-source` of a URI points to: an absolute path or a `file:` URI. A final line end is left out.
 *
 * @throws ProvenanceError PKCS11_URI; without the PIN
 */
export async function readPinSource(source: string): Promise<string> {
  const path = pathOf(source);
  if (path === undefined || !isAbsolute(path)) {
    throw new ProvenanceError(
      "PKCS11_URI",
      `pin-source of the PKCS #11 URI is neither an absolute path nor a file: URI: ${source}`,
      { details: { source } },
    );
  }
  try {
    const bytes = await readFile(path);
    if (bytes.length > MAX_PIN) throw new Error("it is too long to be a PIN");
    return bytes.toString("utf8").replace(/\r?\n$/, "");
  } catch (error) {
    const why = systemCode(error) ?? (error instanceof Error ? error.message : "unknown error");
    throw new ProvenanceError("PKCS11_URI", `The PIN file ${path} (pin-source) cannot be read: ${why}.`, {
      details: { path },
    });
  }
}

function pathOf(source: string): string | undefined {
  if (!/^[a-z][a-z0-9+.-]+:/i.test(source)) return source;
  if (!source.startsWith("file:/")) return undefined;
  try {
    return fileURLToPath(source);
  } catch {
    return undefined;
  }
}
