import { X509Certificate } from "node:crypto";
import { rekorV2Handler } from "@sigstore/mock/dist/rekor/handler.js";
import { PublicKeyDetails, type TransparencyLogEntry } from "@sigstore/protobuf-specs";
import { CreateEntryRequest } from "@sigstore/protobuf-specs/rekor/v2";
import { canonicalJson } from "./canonical-json.ts";
import type { FaultBoard } from "./faults.ts";
import { makeEd25519LogKey } from "./log-key.ts";
import { Refusal, serveMockHandler } from "./mock-handler.ts";
import type { Rekor } from "./rekor-v1.ts";
import { type LoggedEntry, TransparencyLog } from "./transparency-log.ts";

/** Rekor v2 as its servers are since rekor-tiles 2.3: `hashedrekord` only, no time and no promise. */
export function makeRekorV2(url: string, faults: FaultBoard): Rekor {
  const host = new URL(url).hostname;
  const key = makeEd25519LogKey(host);
  const log = new TransparencyLog(key, makeEd25519LogKey(host), host, host, {
    badProof: () => faults.takeContent("rekor-v2", "bad-proof"),
    wrongKey: () => faults.takeContent("rekor-v2", "wrong-log-key"),
  });
  const handler = rekorV2Handler({
    publicKey: key.publicKey,
    log: () => Promise.reject(new Error("not served here")),
    logV2: async (request) => {
      const body = entryBody(request);
      return logEntry(log.append(body), body);
    },
  });
  return {
    publicKey: key.publicKey,
    logId: key.id,
    handle: (request, response) =>
      serveMockHandler(request, response, handler, (body) => entryBody(CreateEntryRequest.fromJSON(JSON.parse(body)))),
  };
}

/** What is logged of a request. The signature itself cannot be checked here: Node has no ECDSA over a digest. */
function entryBody({ spec }: CreateEntryRequest): Buffer {
  if (spec?.$case !== "hashedRekordRequestV002") throw new Refusal(400, "invalid request: must be hashedrekord");
  const { digest, signature } = spec.hashedRekordRequestV002;
  const verifier = signature?.verifier?.verifier;
  if (signature === undefined || verifier?.$case !== "x509Certificate" || digest.length !== 32) {
    throw new Refusal(400, "invalid request: a SHA-256 digest, a signature and a certificate are wanted");
  }
  const { publicKey, raw } = new X509Certificate(verifier.x509Certificate.rawBytes);
  if (
    publicKey.asymmetricKeyDetails?.namedCurve !== "prime256v1" ||
    signature.verifier?.keyDetails !== PublicKeyDetails.PKIX_ECDSA_P256_SHA_256
  ) {
    throw new Refusal(400, "invalid request: unsupported key");
  }
  return canonicalJson({
    apiVersion: "0.0.2",
    kind: "hashedrekord",
    spec: {
      hashedRekordV002: {
        data: { algorithm: "SHA2_256", digest: digest.toString("base64") },
        signature: {
          content: signature.content.toString("base64"),
          verifier: {
            keyDetails: "PKIX_ECDSA_P256_SHA_256",
            x509Certificate: { rawBytes: raw.toString("base64") },
          },
        },
      },
    },
  });
}

function logEntry({ key, proof, checkpoint }: LoggedEntry, body: Buffer): TransparencyLogEntry {
  return {
    logIndex: String(proof.index),
    logId: { keyId: key.id },
    kindVersion: { kind: "hashedrekord", version: "0.0.2" },
    integratedTime: "0",
    inclusionPromise: undefined,
    inclusionProof: {
      logIndex: String(proof.index),
      rootHash: proof.root,
      treeSize: String(proof.size),
      hashes: [...proof.hashes],
      checkpoint: { envelope: checkpoint },
    },
    canonicalizedBody: body,
  };
}
