import { createHash } from "node:crypto";
import { HashAlgorithm } from "@sigstore/protobuf-specs";
import { RekorWitness, type SignatureBundle, type Witness } from "@sigstore/sign";
import { preAuthenticationEncoding } from "../bundle/dsse.ts";
import { logTimeout, requestOptions, type ServiceLimits } from "./service-limits.ts";
import type { SigningServices } from "./sigstore-services.ts";

/** Log entries or timestamps of a signature. */
export type Evidence = Awaited<ReturnType<Witness["testify"]>>;

/**
 * Gets a log entry for a signature. A log of version 2 takes a digest and a signature only (`hashedrekord`), but the
 * library would post the whole envelope and be rejected, so it gets the digest of the signed bytes.
 */
export function logWitness(log: SigningServices["log"], limits: ServiceLimits): Witness {
  const rekor = new RekorWitness({
    rekorBaseURL: log.url,
    majorApiVersion: log.version,
    ...requestOptions(limits, logTimeout(log, limits)),
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

function signedDigest(content: SignatureBundle): { digest: Buffer; signature: Buffer } {
  if (content.$case !== "dsseEnvelope") throw new Error("Only envelopes are signed here.");
  const { payloadType, payload, signatures } = content.dsseEnvelope;
  const hash = createHash("sha256");
  for (const part of preAuthenticationEncoding(payloadType, payload)) hash.update(part);
  return { digest: hash.digest(), signature: signatures[0]?.sig ?? Buffer.alloc(0) };
}
