import { createHash, sign } from "node:crypto";
import { initializeCTLog } from "@sigstore/mock/dist/fulcio/ctlog.js";
import { initializeTSA } from "@sigstore/mock/dist/timestamp/tsa.js";
import * as asn1 from "asn1js";
import { fileResources, MEDIA_TYPE, makeStatement, PAYLOAD_TYPE } from "../bundles.ts";
import {
  type Certificate,
  type CertificateOptions,
  CODE_SIGNING,
  makeCertificate,
  type RawExtension,
} from "../certificates.ts";
import { type KeyKind, type KeyPair, makeKeys, signingDigest } from "../keys.ts";
import { canonicalJson } from "./canonical-json.ts";
import { type LogKey, makeEcdsaLogKey, makeEd25519LogKey, signCheckpoint } from "./log-key.ts";
import { MerkleTree } from "./merkle-tree.ts";
import { paeOf } from "./pae.ts";

type Json = ReturnType<typeof JSON.parse>;

const MINUTE = 60_000;
const ISSUER = "https://accounts.example";
const IDENTITY = "alice@example.com";
const SCT_LIST = "1.3.6.1.4.1.11129.2.4.2";

/** Kinds of log entries, each with the log that makes it: Rekor v1 promises and has a time, v2 only proves. */
export const ENTRY_KINDS = {
  "dsse/0.0.1": 1,
  "intoto/0.0.2": 1,
  "hashedrekord/0.0.1": 1,
  "dsse/0.0.2": 2,
  "hashedrekord/0.0.2": 2,
} as const;
export type EntryKind = keyof typeof ENTRY_KINDS;

/** What one keyless signature is to be. What is absent is as genuine services make it. */
export interface ForgeOptions {
  readonly kind?: EntryKind;
  readonly leafKind?: KeyKind;
  /** Of the leaf. */
  readonly certificate?: Partial<CertificateOptions>;
  /** The log of certificates logs this one in place of the leaf. */
  readonly loggedCertificate?: Partial<CertificateOptions>;
  /** How often the leaf carries the log's promise (RFC 6962, 3.3); default once. */
  readonly certificateLogged?: number;
  readonly certificateLoggedAt?: Date;
  /** What is logged in place of the entry's body. */
  readonly body?: (body: Json) => Json;
  readonly loggedAt?: Date;
  /** Times of the timestamps; default one, of now. */
  readonly stampedAt?: readonly Date[];
  /** Signs the envelope with another key than the certificate's. */
  readonly wrongSignature?: boolean;
}

export interface Forge {
  /** TrustedRoot JSON that knows all services. */
  readonly trustedRoot: Json;
  readonly root: Certificate;
  readonly logs: Readonly<Record<1 | 2, LogKey>>;
  readonly timestampKeys: KeyPair;
  readonly identities: readonly [{ readonly identity: string; readonly issuer: string }];
  /** A bundle as JSON, to be changed at will. */
  make(options?: ForgeOptions): Promise<Json>;
}

/**
 * The services of a Sigstore, in memory and without checks of their own: they certify, log and timestamp whatever they
 * are given, so that each check of a verifier can be made to fail alone.
 */
export async function makeForge(): Promise<Forge> {
  const root = makeCertificate({ subject: "Forged Fulcio", kind: "P-384", ca: true });
  const certificateLogKeys = makeKeys();
  const certificateLogTime = new Date();
  const certificateLog = await initializeCTLog(certificateLogKeys, certificateLogTime);
  const timestampKeys = makeKeys();
  const timestampTime = new Date();
  const authority = await initializeTSA(timestampKeys, timestampTime);
  const logs = { 1: makeEcdsaLogKey(), 2: makeEd25519LogKey("log2.example") } as const;
  const trees = { 1: new MerkleTree(), 2: new MerkleTree() } as const;
  for (const tree of Object.values(trees)) for (let i = 0; i < 5; i++) tree.append(Buffer.from(`entry ${i}`));

  async function certify(options: ForgeOptions, keys: KeyPair): Promise<Certificate> {
    const leaf: CertificateOptions = {
      subject: [],
      issuer: root,
      keys,
      notBefore: new Date(Date.now() - 5 * MINUTE),
      notAfter: new Date(Date.now() + 5 * MINUTE),
      ca: null,
      extendedKeyUsage: [CODE_SIGNING],
      ...options.certificate,
      extensions: [alternativeName(IDENTITY), issuerExtension(ISSUER), ...(options.certificate?.extensions ?? [])],
    };
    const issuerKey = (leaf.issuer ?? root).keys.publicKey.export({ type: "spki", format: "der" });
    certificateLogTime.setTime((options.certificateLoggedAt ?? new Date()).getTime());
    const logged = makeCertificate({ ...leaf, ...options.loggedCertificate });
    const promise = Buffer.from(await certificateLog.log(toArrayBuffer(logged.der), toArrayBuffer(sha256(issuerKey))));
    const count = options.certificateLogged ?? 1;
    const promises = count === 0 ? [] : [sctList(new Array<Buffer>(count).fill(promise))];
    // Serial number and validity are part of what was logged: the leaf is made of the same options.
    return makeCertificate({ ...leaf, extensions: [...(leaf.extensions ?? []), ...promises] });
  }

  async function timestamp(signature: Buffer, at: Date): Promise<string> {
    timestampTime.setTime(Math.floor(at.getTime() / 1000) * 1000);
    const response = await authority.timestamp({
      artifactHash: sha256(signature),
      hashAlgorithmOID: "2.16.840.1.101.3.4.2.1",
      nonce: 1,
      policyOID: "1.3.6.1.4.1.57264.2",
      certReq: true,
    });
    return Buffer.from(response.buffer, response.byteOffset, response.byteLength).toString("base64");
  }

  async function make(options: ForgeOptions = {}): Promise<Json> {
    const { kind = "dsse/0.0.1", loggedAt = new Date(), stampedAt = [new Date()] } = options;
    const keys = makeKeys(options.leafKind);
    const serialNumber = Buffer.concat([
      Buffer.of(0x21),
      sha256(keys.publicKey.export({ type: "spki", format: "der" })),
    ]);
    const certificate = await certify(
      { ...options, certificate: { serialNumber: serialNumber.subarray(0, 16), ...options.certificate } },
      keys,
    );
    const payload = Buffer.from(JSON.stringify(makeStatement(fileResources({ weights: "weights" }))));
    const signingKeys = options.wrongSignature === true ? makeKeys(options.leafKind) : keys;
    const pae = paeOf(PAYLOAD_TYPE, payload);
    const signature = sign(signingDigest(keys.kind) ?? null, pae, signingKeys.privateKey);
    const version = ENTRY_KINDS[kind];
    const genuine = entryBody(kind, { payload, pae, signature, certificate });
    const body = canonicalJson(options.body?.(structuredClone(genuine)) ?? genuine);
    const timestamps: { signedTimestamp: string }[] = [];
    for (const at of stampedAt) timestamps.push({ signedTimestamp: await timestamp(signature, at) });
    return {
      mediaType: MEDIA_TYPE,
      verificationMaterial: {
        certificate: { rawBytes: certificate.der.toString("base64") },
        tlogEntries: [logEntry(logs[version], trees[version], version, body, loggedAt)],
        timestampVerificationData: { rfc3161Timestamps: timestamps },
      },
      dsseEnvelope: {
        payload: payload.toString("base64"),
        payloadType: PAYLOAD_TYPE,
        signatures: [{ sig: signature.toString("base64") }],
      },
    };
  }

  const validFor = { start: "2020-01-01T00:00:00Z" };
  const knownLog = (baseUrl: string, publicKey: Buffer, id: Buffer, keyDetails: string) => ({
    baseUrl,
    hashAlgorithm: "SHA2_256",
    publicKey: { rawBytes: publicKey.toString("base64"), keyDetails, validFor },
    logId: { keyId: id.toString("base64") },
  });
  const knownAuthority = (chain: readonly Buffer[]) => ({
    uri: "https://authority.example",
    certChain: { certificates: chain.map((bytes) => ({ rawBytes: bytes.toString("base64") })) },
    validFor,
  });
  const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView<ArrayBuffer>) =>
    Buffer.from(buffer, byteOffset, byteLength);
  return {
    root,
    logs,
    timestampKeys,
    identities: [{ identity: IDENTITY, issuer: ISSUER }],
    trustedRoot: {
      mediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
      tlogs: [
        knownLog("https://log1.example", logs[1].publicKey, logs[1].id, "PKIX_ECDSA_P256_SHA_256"),
        knownLog("https://log2.example", logs[2].publicKey, logs[2].id, "PKIX_ED25519"),
      ],
      certificateAuthorities: [knownAuthority([root.der])],
      ctlogs: [
        knownLog(
          "https://ct.example",
          certificateLog.publicKey,
          sha256(certificateLog.publicKey),
          "PKIX_ECDSA_P256_SHA_256",
        ),
      ],
      timestampAuthorities: [knownAuthority([authority.intCertificate, authority.rootCertificate].map(bytesOf))],
    },
    make,
  };
}

interface Signed {
  readonly payload: Buffer;
  readonly pae: Buffer;
  readonly signature: Buffer;
  readonly certificate: Certificate;
}

/** What each kind of entry says of a DSSE envelope (Rekor's schemas). */
function entryBody(entry: EntryKind, { payload, pae, signature, certificate }: Signed): Json {
  const [kind, apiVersion] = entry.split("/");
  const sig = signature.toString("base64");
  const pem = Buffer.from(certificate.pem).toString("base64");
  const payloadHash = { algorithm: "sha256", value: sha256(payload).toString("hex") };
  const verifier = {
    keyDetails: "PKIX_ECDSA_P256_SHA_256",
    x509Certificate: { rawBytes: certificate.der.toString("base64") },
  };
  const specs: Readonly<Record<EntryKind, Json>> = {
    "dsse/0.0.1": {
      envelopeHash: { algorithm: "sha256", value: sha256(pae).toString("hex") },
      payloadHash,
      signatures: [{ signature: sig, verifier: pem }],
    },
    "intoto/0.0.2": {
      content: {
        envelope: {
          payloadType: PAYLOAD_TYPE,
          signatures: [{ publicKey: pem, sig: Buffer.from(sig).toString("base64") }],
        },
        hash: { algorithm: "sha256", value: sha256(pae).toString("hex") },
        payloadHash,
      },
    },
    "hashedrekord/0.0.1": {
      data: { hash: { algorithm: "sha256", value: sha256(pae).toString("hex") } },
      signature: { content: sig, publicKey: { content: pem } },
    },
    "dsse/0.0.2": {
      dsseV002: {
        payloadHash: { algorithm: "SHA2_256", digest: sha256(payload).toString("base64") },
        signatures: [{ content: sig, verifier }],
      },
    },
    "hashedrekord/0.0.2": {
      hashedRekordV002: {
        data: { algorithm: "SHA2_256", digest: sha256(pae).toString("base64") },
        signature: { content: sig, verifier },
      },
    },
  };
  return { kind, apiVersion, spec: specs[entry] };
}

function logEntry(key: LogKey, tree: MerkleTree, version: 1 | 2, body: Buffer, at: Date): Json {
  const { index, size, root, hashes } = tree.append(body);
  const { kind, apiVersion } = JSON.parse(body.toString("utf8"));
  // As with the public log, an entry of version 1 has another index in the whole log than in its tree.
  const logIndex = version === 1 ? 10_000 + index : index;
  const integratedTime = Math.floor(at.getTime() / 1000);
  const name = `log${version}.example`;
  const entry = {
    logIndex: String(logIndex),
    logId: { keyId: key.id.toString("base64") },
    kindVersion: { kind, version: apiVersion },
    canonicalizedBody: body.toString("base64"),
    inclusionProof: {
      logIndex: String(index),
      rootHash: root.toString("base64"),
      treeSize: String(size),
      hashes: hashes.map((hash) => hash.toString("base64")),
      checkpoint: { envelope: signCheckpoint(key, name, name, size, root) },
    },
  };
  if (version === 2) return entry;
  const promised = { body: entry.canonicalizedBody, integratedTime, logID: key.id.toString("hex"), logIndex };
  const signedEntryTimestamp = key.sign(canonicalJson(promised)).toString("base64");
  return { ...entry, integratedTime: String(integratedTime), inclusionPromise: { signedEntryTimestamp } };
}

function alternativeName(email: string): RawExtension {
  const name = new asn1.Primitive({ idBlock: { tagClass: 3, tagNumber: 1 }, valueHex: Buffer.from(email) });
  return { oid: "2.5.29.17", critical: true, value: der(new asn1.Sequence({ value: [name] })) };
}

function issuerExtension(value: string): RawExtension {
  return { oid: "1.3.6.1.4.1.57264.1.8", critical: false, value: der(new asn1.Utf8String({ value })) };
}

/** RFC 6962, 3.3: an OCTET STRING of a list with its length before it; the mock writes that of each entry. */
function sctList(promises: readonly Buffer[]): RawExtension {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(promises.reduce((sum, promise) => sum + promise.length, 0));
  const list = new asn1.OctetString({ valueHex: Buffer.concat([length, ...promises]) });
  return { oid: SCT_LIST, critical: false, value: der(list) };
}

function der(block: asn1.BaseBlock): Buffer {
  return Buffer.from(block.toBER(false));
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest();
}

function toArrayBuffer(bytes: Buffer): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
