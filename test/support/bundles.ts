import { createHash, sign } from "node:crypto";
import type { Certificate } from "./certificates.ts";
import { type KeyPair, signingDigest } from "./keys.ts";

/**
 * Bundles built apart from the code under test, so that any fault can be put at any layer:
 * take a statement, change it, sign it, change the bundle, and write what comes out.
 */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export const STATEMENT_TYPE = "https://in-toto.io/Statement/v1";
export const PREDICATE_TYPE = "https://model_signing/signature/v1.0";
export const PAYLOAD_TYPE = "application/vnd.in-toto+json";
export const MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json";

/** The files of a model: canonical name to content. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

export interface ResourceJson {
  readonly [key: string]: Json;
  readonly name: string;
  readonly digest: string;
  readonly algorithm: string;
}

function bytesOf(content: string | Uint8Array): Buffer {
  return typeof content === "string" ? Buffer.from(content) : Buffer.from(content);
}

export function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

/** One resource a file, SHA-256, sorted by code point (the names of test files are ASCII). */
export function fileResources(files: Files): ResourceJson[] {
  return Object.keys(files)
    .sort()
    .map((name) => ({ name, digest: sha256(files[name] ?? ""), algorithm: "sha256" }));
}

/** One resource a shard (OMS 6.3.2); empty files have none. */
export function shardResources(files: Files, shardSize: number): ResourceJson[] {
  const resources: ResourceJson[] = [];
  for (const [file, content] of Object.entries(files)) {
    const bytes = bytesOf(content);
    for (let start = 0; start < bytes.length; start += shardSize) {
      const end = Math.min(start + shardSize, bytes.length);
      const digest = sha256(bytes.subarray(start, end));
      resources.push({ name: `${file}:${start}:${end}`, digest, algorithm: "sha256" });
    }
  }
  return resources.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** OMS 6.5.1: SHA-256 over the digests' bytes, in the order of the payload. */
export function rootDigest(resources: readonly ResourceJson[]): string {
  return sha256(Buffer.from(resources.map((resource) => resource.digest).join(""), "hex"));
}

export interface StatementOptions {
  readonly name?: string;
  readonly serialization?: JsonObject;
  /** In place of the root digest of `resources`. */
  readonly digest?: string;
}

/** A statement as OMS 1.0 has it, as plain JSON to be changed at will. */
export function makeStatement(resources: readonly ResourceJson[], options: StatementOptions = {}): JsonObject {
  return {
    _type: STATEMENT_TYPE,
    subject: [{ name: options.name ?? "model", digest: { sha256: options.digest ?? rootDigest(resources) } }],
    predicateType: PREDICATE_TYPE,
    predicate: {
      resources,
      serialization: {
        method: "files",
        hash_type: "sha256",
        allow_symlinks: false,
        ignore_paths: [".git", ".gitattributes", ".github", ".gitignore"],
        ...options.serialization,
      },
    },
  };
}

/** DSSE 1.0 pre-authentication encoding. */
function preAuthenticationEncoding(payloadType: string, payload: Uint8Array): Buffer {
  const type = Buffer.from(payloadType);
  return Buffer.concat([Buffer.from(`DSSEv1 ${type.length} ${payloadType} ${payload.length} `), payload]);
}

/** Who signs: a key, or a leaf certificate and what goes after it in the chain. */
export type BundleSigner =
  | { readonly keys: KeyPair; readonly hint?: string }
  | { readonly certificate: Certificate; readonly chain?: readonly Certificate[] };

function material(signer: BundleSigner): JsonObject {
  if ("keys" in signer) return { publicKey: { hint: signer.hint ?? sha256(signer.keys.publicPem) }, tlogEntries: [] };
  const certificates = [signer.certificate, ...(signer.chain ?? [])];
  return {
    x509CertificateChain: { certificates: certificates.map(({ der }) => ({ rawBytes: der.toString("base64") })) },
    tlogEntries: [],
  };
}

/** A bundle over any payload: a JSON value, or text or bytes that need not be JSON. */
export function signBundle(
  payload: JsonObject | string | Uint8Array,
  signer: BundleSigner,
  options: { readonly payloadType?: string } = {},
): JsonObject {
  const payloadType = options.payloadType ?? PAYLOAD_TYPE;
  const raw = typeof payload === "string" || payload instanceof Uint8Array ? payload : JSON.stringify(payload);
  const bytes = bytesOf(raw);
  const keys = "keys" in signer ? signer.keys : signer.certificate.keys;
  const signature = sign(
    signingDigest(keys.kind) ?? null,
    preAuthenticationEncoding(payloadType, bytes),
    keys.privateKey,
  );
  return {
    mediaType: MEDIA_TYPE,
    verificationMaterial: material(signer),
    dsseEnvelope: {
      payload: bytes.toString("base64"),
      payloadType,
      signatures: [{ sig: signature.toString("base64") }],
    },
  };
}

/** The text of a bundle file. */
export function bundleText(bundle: Json): string {
  return `${JSON.stringify(bundle)}\n`;
}
