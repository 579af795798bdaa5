import { getCACertificates, rootCertificates } from "node:tls";
import { ProvenanceError } from "../core/errors.ts";
import type { PemSource } from "../core/trust.ts";
import { readCertificates } from "../core/verification/certificates.ts";

const LABEL = "this system's roots";

/**
 * Returns the certificate authorities that this system trusts for the web, or those of Node. Omits unreadable ones, as the
 * caller did not choose them.
 */
export function systemRoots(): PemSource {
  const system = getCACertificates("system");
  const readable = (system.length > 0 ? system : rootCertificates).filter(isReadable);
  return { label: LABEL, pem: readable.join("\n") };
}

function isReadable(pem: string): boolean {
  try {
    return readCertificates([{ label: LABEL, pem }]).length > 0;
  } catch (error) {
    if (error instanceof ProvenanceError) return false;
    throw error;
  }
}
