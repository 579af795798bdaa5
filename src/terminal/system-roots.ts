import { getCACertificates, rootCertificates } from "node:tls";
import { unlessRejected } from "../core/errors.ts";
import type { PemSource } from "../core/trust.ts";
import { readCertificates } from "../core/verification/certificates.ts";

const LABEL = "this system's roots";

/**
 * Returns the certificate authorities that this system trusts for the web, or those of Node. Omits unreadable ones, as the
 * caller did not choose them.
 */
export function systemRoots(): PemSource {
  const system = getCACertificates("system");
  const isReadable = (pem: string) => unlessRejected(() => readCertificates([{ label: LABEL, pem }])) !== undefined;
  const readable = (system.length > 0 ? system : rootCertificates).filter(isReadable);
  return { label: LABEL, pem: readable.join("\n") };
}
