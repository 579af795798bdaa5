import { readFile, stat } from "node:fs/promises";
import { type ErrorCode, ProvenanceError, systemCode } from "../core/errors.ts";
import type { PemSource } from "../core/trust.ts";

/** Bytes: more than a few hundred root certificates need. */
const MAX_PEM_BYTES = 16_000_000;

const WHY: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "permission denied",
  EISDIR: "it is a folder",
};

/** Reads a key or certificate file; the label is the path as it was given. */
export async function readPem(path: string, what: string, code: ErrorCode): Promise<PemSource> {
  const fail = (why: string, cause?: unknown): ProvenanceError =>
    new ProvenanceError(code, `The ${what} ${path} cannot be read: ${why}.`, { details: { path }, cause });
  try {
    const { size } = await stat(path);
    if (size > MAX_PEM_BYTES) throw fail(`it is larger than ${MAX_PEM_BYTES} bytes`);
    return { label: path, pem: await readFile(path, "utf8") };
  } catch (error) {
    if (error instanceof ProvenanceError) throw error;
    throw fail(WHY[systemCode(error) ?? ""] ?? systemCode(error) ?? "unknown error", error);
  }
}

export function readPrivateKeyFile(path: string): Promise<PemSource> {
  return readPem(path, "private key", "KEY_UNREADABLE");
}

export function readPublicKeyFile(path: string): Promise<PemSource> {
  return readPem(path, "public key", "KEY_UNREADABLE");
}

export function readCertificateFile(path: string): Promise<PemSource> {
  return readPem(path, "certificate", "CERTIFICATE_UNREADABLE");
}
