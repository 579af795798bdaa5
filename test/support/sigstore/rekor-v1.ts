import { createHash, randomBytes, verify, X509Certificate } from "node:crypto";
import { rekorHandler } from "@sigstore/mock/dist/rekor/handler.js";
import * as v from "valibot";
import { canonicalJson } from "./canonical-json.ts";
import type { FaultBoard } from "./faults.ts";
import { makeEcdsaLogKey } from "./log-key.ts";
import type { RequestHandler } from "./loopback-service.ts";
import { Refusal, serveMockHandler } from "./mock-handler.ts";
import { paeOf } from "./pae.ts";
import { TransparencyLog } from "./transparency-log.ts";

export interface Rekor {
  /** SPKI, DER. */
  readonly publicKey: Buffer;
  readonly logId: Buffer;
  readonly handle: RequestHandler;
}

/** The index in all of the log is not the index in this tree of it, as with the public log. */
const FIRST_INDEX = 10_000;

const Proposed = v.object({
  apiVersion: v.literal("0.0.1"),
  kind: v.literal("dsse"),
  spec: v.object({
    proposedContent: v.object({ envelope: v.string(), verifiers: v.tuple([v.string()]) }),
  }),
});

const Envelope = v.object({
  payload: v.string(),
  payloadType: v.string(),
  signatures: v.tuple([v.object({ sig: v.string() })]),
});

/** Rekor v1 for entries of the kind `dsse`: the one that signers of DSSE bundles use. */
export function makeRekorV1(url: string, faults: FaultBoard): Rekor {
  const host = new URL(url).hostname;
  const key = makeEcdsaLogKey();
  const origin = `${host} - ${randomBytes(6).readUIntBE(0, 6)}`;
  const log = new TransparencyLog(key, makeEcdsaLogKey(), host, origin, {
    badProof: () => faults.takeContent("rekor-v1", "bad-proof"),
    wrongKey: () => faults.takeContent("rekor-v1", "wrong-log-key"),
  });
  const handler = rekorHandler({
    publicKey: key.publicKey,
    log: async (proposed) => logEntry(log, entryBody(proposed), faults.takeContent("rekor-v1", "bad-set")),
    logV2: () => Promise.reject(new Error("not served here")),
  });
  return {
    publicKey: key.publicKey,
    logId: key.id,
    handle: (request, response) => serveMockHandler(request, response, handler, (body) => entryBody(JSON.parse(body))),
  };
}

/** What is logged of a proposed entry: digests, the signature and who verifies it, once that was checked. */
function entryBody(proposed: unknown): Buffer {
  const parsed = v.safeParse(Proposed, proposed);
  if (!parsed.success) throw new Refusal(400, "unsupported entry");
  const { envelope: text, verifiers } = parsed.output.spec.proposedContent;
  const envelope = v.parse(Envelope, JSON.parse(text));
  const [{ sig }] = envelope.signatures;
  const [verifier] = verifiers;
  const payload = Buffer.from(envelope.payload, "base64");
  const certificate = new X509Certificate(Buffer.from(verifier, "base64"));
  if (!verify("sha256", paeOf(envelope.payloadType, payload), certificate.publicKey, Buffer.from(sig, "base64"))) {
    throw new Refusal(400, "error verifying signature");
  }
  return canonicalJson({
    apiVersion: "0.0.1",
    kind: "dsse",
    spec: {
      envelopeHash: { algorithm: "sha256", value: sha256(Buffer.from(text)) },
      payloadHash: { algorithm: "sha256", value: sha256(payload) },
      // As Rekor writes it, whatever the line breaks were that it was posted with.
      signatures: [{ signature: sig, verifier: Buffer.from(certificate.toString()).toString("base64") }],
    },
  });
}

function logEntry(log: TransparencyLog, body: Buffer, badPromise: boolean) {
  const { key, proof, checkpoint } = log.append(body);
  const entry = {
    body: body.toString("base64"),
    integratedTime: Math.floor(Date.now() / 1000),
    logID: key.id.toString("hex"),
    logIndex: FIRST_INDEX + proof.index,
  };
  const promised = badPromise ? { ...entry, integratedTime: entry.integratedTime - 60 } : entry;
  return {
    [randomBytes(32).toString("hex")]: {
      ...entry,
      verification: {
        inclusionProof: {
          logIndex: proof.index,
          treeSize: proof.size,
          rootHash: proof.root.toString("hex"),
          hashes: proof.hashes.map((hash) => hash.toString("hex")),
          checkpoint,
        },
        signedEntryTimestamp: key.sign(canonicalJson(promised)).toString("base64"),
      },
    },
  };
}

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
