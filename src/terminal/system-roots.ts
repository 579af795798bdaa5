import { getCACertificates, rootCertificates } from "node:tls";
import type { PemSource } from "../core/trust.ts";

/** The certificate authorities that this system trusts for the web; where it names none, those that come with Node. */
export function systemRoots(): PemSource {
  const system = getCACertificates("system");
  return { label: "this system's roots", pem: (system.length > 0 ? system : rootCertificates).join("\n") };
}
