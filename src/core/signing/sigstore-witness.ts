import { createHash } from "node:crypto";
import type { RFC3161SignedTimestamp, TransparencyLogEntry } from "@sigstore/bundle";
import { HashAlgorithm } from "@sigstore/protobuf-specs";
import { RekorWitness, type SignatureBundle, TSAWitness, type Witness } from "@sigstore/sign";
import { preAuthenticationEncoding } from "../bundle/dsse.ts";
import { retryOption, type ServiceLimits } from "./service-limits.ts";
import type { SigningServices } from "./sigstore-services.ts";

/** Log entries and timestamps of a signature. */
export interface TransparencyEvidence {
  readonly tlogEntries: TransparencyLogEntry[];
  readonly rfc3161Timestamps: RFC3161SignedTimestamp[];
}

/** A timestamp for a signature, from an RFC 3161 authority. */
export function timestampWitness(url: string, limits: ServiceLimits): Witness {
  return new TSAWitness({ tsaBaseURL: url, timeout: limits.timeout, retry: retryOption(limits) });
}

/**
 * Gets a log entry for a signature. A log of version 2 takes a digest and a signature only (`hashedrekord`), but the
 * library would post the whole envelope and be rejected, so it gets the digest of the signed bytes.
 */
export function logWitness({ log }: SigningServices, limits: ServiceLimits): Witness {
  const rekor = new RekorWitness({
    rekorBaseURL: log.url,
    majorApiVersion: log.version,
    timeout: logTimeout(log.version, limits),
    retry: retryOption(limits),
  });
  if (log.version === 1) return rekor;
  return {
    testify: (content, certificate) => {
      const { digest, signature } = signedDigest(content);
      const messageDigest = { algorithm: HashAlgorithm.SHA2_256, digest };
      return rekor.testify({ $case: "messageSignature", messageSignature: { messageDigest, signature } }, certificate);
    },
  };
}

/** Milliseconds that one request may take. */
export function logTimeout(version: 1 | 2, { timeout, logV2Timeout }: ServiceLimits): number {
  return version === 2 ? logV2Timeout : timeout;
}

function signedDigest(content: SignatureBundle): { digest: Buffer; signature: Buffer } {
  if (content.$case !== "dsseEnvelope") throw new Error("Only envelopes are signed here.");
  const { payloadType, payload, signatures } = content.dsseEnvelope;
  const hash = createHash("sha256");
  for (const part of preAuthenticationEncoding(payloadType, payload)) hash.update(part);
  return { digest: hash.digest(), signature: signatures[0]?.sig ?? Buffer.alloc(0) };
}
