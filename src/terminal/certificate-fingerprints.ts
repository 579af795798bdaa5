import { createHash } from "node:crypto";
import { readBundle } from "../core/bundle/read-bundle.ts";
import { ProvenanceError } from "../core/errors.ts";
import type { PemSource } from "../core/trust.ts";
import { readCertificates } from "../core/verification/certificates.ts";

/** `root.pem  sha256 AB:CD:…` for each root, then for each certificate that the signature carries, leaf first. */
export async function fingerprintLines(roots: readonly PemSource[], signature: string): Promise<string[]> {
  const lines = roots.flatMap((source) => readCertificates([source]).map(({ der }) => line(source.label, der)));
  try {
    const { material } = await readBundle(signature);
    const chain = material.method === "certificate" ? material.chain : [];
    return [...lines, ...chain.map((der) => line(signature, der))];
  } catch (error) {
    // The verdict reports what is wrong with the signature file.
    if (error instanceof ProvenanceError) return lines;
    throw error;
  }
}

function line(label: string, der: Uint8Array): string {
  const hex = createHash("sha256").update(der).digest("hex").toUpperCase();
  return `${label}  sha256 ${(hex.match(/../g) ?? []).join(":")}`;
}
