import type { Manifest } from "../manifest/manifest.ts";
import { rootDigest } from "../manifest/manifest.ts";
import { compareCodePoints } from "../model/names.ts";
import type { VerificationMaterial } from "./bundle.ts";
import { PAYLOAD_TYPE } from "./dsse.ts";
import { PREDICATE_TYPE, STATEMENT_TYPE } from "./statement.ts";

const MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json";

/**
 * The statement's bytes, UTF-8 (OMS 6.6). The same model gives the same bytes: keys in a fixed order, resources as
 * given (in code-point order), ignored paths sorted.
 *
 * @param subjectName basename of the model
 */
export function encodeStatement(subjectName: string, manifest: Manifest): Buffer {
  const { method, algorithm, shardSize, allowSymlinks, ignorePaths } = manifest.serialization;
  const statement = {
    _type: STATEMENT_TYPE,
    subject: [{ name: subjectName, digest: { sha256: rootDigest(manifest.resources) } }],
    predicateType: PREDICATE_TYPE,
    predicate: {
      resources: manifest.resources.map(({ name, digest }) => ({ name, digest, algorithm })),
      serialization: {
        method,
        hash_type: algorithm,
        ...(shardSize === undefined ? {} : { shard_size: shardSize }),
        allow_symlinks: allowSymlinks,
        ignore_paths: [...new Set(ignorePaths)].sort(compareCodePoints),
      },
    },
  };
  return Buffer.from(JSON.stringify(statement), "utf8");
}

/** A v0.3 Sigstore bundle as JSON, UTF-8, with a final LF (OMS 6.7, 6.8); for keys and certificates. */
export function encodeBundle(
  material: Exclude<VerificationMaterial, { method: "sigstore" }>,
  payload: Buffer,
  signature: Buffer,
): Buffer {
  const verificationMaterial =
    material.method === "key"
      ? { publicKey: { hint: material.hint }, tlogEntries: [] }
      : {
          x509CertificateChain: { certificates: material.chain.map((der) => ({ rawBytes: der.toString("base64") })) },
          tlogEntries: [],
        };
  const bundle = {
    mediaType: MEDIA_TYPE,
    verificationMaterial,
    dsseEnvelope: {
      payload: payload.toString("base64"),
      payloadType: PAYLOAD_TYPE,
      signatures: [{ sig: signature.toString("base64"), keyid: "" }],
    },
  };
  return Buffer.from(`${JSON.stringify(bundle)}\n`, "utf8");
}
