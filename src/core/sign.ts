import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { PAYLOAD_TYPE } from "./bundle/dsse.ts";
import { encodeBundle, encodeStatement } from "./bundle/write-bundle.ts";
import { buildManifest, type DigestModelOptions } from "./digest.ts";
import { ProvenanceError, throwIfCancelled } from "./errors.ts";
import type { DigestMode } from "./hashing/digest-engine.ts";
import type { FileList } from "./model/file-list.ts";
import { windowsNameWarning } from "./model/windows-names.ts";
import { checkWritten, checkWrittenBytes } from "./signing/check-written.ts";
import { isEarlierSignature } from "./signing/earlier-signature.ts";
import { readPrivateKey, type SigningKey, signPayload } from "./signing/private-key.ts";
import type { SigstoreIdentity } from "./signing/sign-sigstore.ts";
import type { CertificateMaterial } from "./signing/signing-certificate.ts";
import { checkWritable, writeFileAtomically } from "./signing/write-file-atomically.ts";
import type { PemSource, Trust } from "./trust.ts";
import type { Coverage } from "./verdict.ts";
import { keyFingerprint } from "./verification/elliptic-keys.ts";
import type { Signer } from "./verification/signer.ts";

/** With what a model is signed. */
export type SigningIdentity = KeyIdentity | CertificateIdentity | SigstoreIdentity;

export interface KeyIdentity {
  readonly method: "key";
  /** EC, PEM in SEC1 or PKCS#8. */
  readonly privateKey: PemSource;
  readonly passphrase?: string;
}

export interface CertificateIdentity {
  readonly method: "certificate";
  readonly privateKey: PemSource;
  readonly passphrase?: string;
  readonly certificate: PemSource;
  /** Intermediate certificates, and the root if it is to travel along; a PEM text may hold several. */
  readonly chain?: readonly PemSource[];
}

export interface SignOptions extends DigestModelOptions {
  /** Where the signature is written; replaced where it exists. */
  readonly signature: string;
  readonly identity: SigningIdentity;
  /**
   * `cached` and `verify-cache` take digests of unchanged files from the cache, but only where the signature that is
   * replaced is authentic and by this signer; anything else is read in full.
   */
  readonly mode?: DigestMode;
  /** Who reads the model and writes its statement; {@link prepareStatement} on this thread, if absent. */
  readonly prepare?: (options: PrepareOptions) => Promise<PreparedStatement>;
}

export type PrepareOptions = DigestModelOptions & Pick<SignOptions, "signature">;

/** What is to be signed, and what it is about. */
export interface PreparedStatement {
  /** The statement's bytes. */
  readonly payload: Buffer;
  /** Lower-case hex. */
  readonly rootDigest: string;
  readonly coverage: Coverage;
  readonly list: Pick<FileList, "root" | "outside" | "ignored">;
  /** About files that Windows cannot hold. */
  readonly nameWarning?: string;
}

export interface SignResult {
  /** Absolute path. */
  readonly signature: string;
  readonly signer: Signer;
  /** Lower-case hex. */
  readonly rootDigest: string;
  readonly coverage: Coverage;
  /** Sentences for a person. */
  readonly warnings: readonly string[];
}

/** `model.sig` in a folder; beside a single file, its name and `.sig` (OMS 9). */
export function defaultSignaturePath(model: string, kind: "file" | "directory"): string {
  return kind === "directory" ? join(model, "model.sig") : `${model}.sig`;
}

/**
 * Signs a model (OMS 6): what can fail early is tried first, then the files are read, and what was written is read back
 * and checked before it takes the place of the signature. On any failure a signature that was there before is unchanged.
 *
 * @throws ProvenanceError KEY_*, CERTIFICATE_*, TOKEN_*, SIGNING_*, PUBLICATION_DECLINED, MODEL_*, IGNORE_PATH, FILE_*, SIGNATURE_UNWRITABLE, SIGNATURE_SELF_CHECK, HASHER_FAILED, CANCELLED
 */
export async function sign(options: SignOptions): Promise<SignResult> {
  const model = resolve(options.model);
  const signature = resolve(options.signature);
  const { trust, signStatement } = await prepareSigner(options.identity, signature, options.signal);
  if (signature === model) {
    throw new ProvenanceError("SIGNATURE_UNWRITABLE", `The signature would replace the model itself: ${model}.`, {
      details: { path: model },
    });
  }
  await checkWritable(signature);

  const asked = options.mode ?? "full";
  const mode = asked !== "full" && (await isEarlierSignature(signature, trust)) ? asked : "full";
  const { prepare = prepareStatement, identity: _, ...rest } = options;
  const prepared = await prepare({ ...rest, mode, model, signature });
  const { payload, rootDigest, coverage } = prepared;
  throwIfCancelled(options.signal);
  const { bytes, signer, published, checkWritten } = await signStatement(payload);
  try {
    await writeFileAtomically(signature, bytes, checkWritten);
  } catch (error) {
    throw published === undefined ? error : withMore(error, published);
  }
  return { signature, signer, rootDigest, coverage, warnings: warningsFor(prepared, signature) };
}

/**
 * Reads the model and writes the statement about it (OMS 6.1 to 6.6).
 *
 * @throws ProvenanceError MODEL_*, IGNORE_PATH, FILE_*, HASHER_FAILED, CANCELLED
 */
export async function prepareStatement(options: PrepareOptions): Promise<PreparedStatement> {
  const { manifest, list, rootDigest, coverage } = await buildManifest(options);
  const { root, outside, ignored } = list;
  const payload = encodeStatement(basename(resolve(options.model)), manifest);
  const nameWarning = windowsNameWarning(list.files);
  return {
    payload,
    rootDigest,
    coverage,
    list: { root, outside, ignored },
    ...(nameWarning !== undefined && { nameWarning }),
  };
}

interface SignedStatement {
  readonly bytes: Buffer;
  readonly signer: Signer;
  /** What cannot be taken back, in a sentence. */
  readonly published?: string;
  /** @throws ProvenanceError SIGNATURE_SELF_CHECK */
  checkWritten(written: Buffer): void;
}

interface PreparedSigner {
  /** In this signer, and nobody else. */
  readonly trust: Trust;
  signStatement(payload: Buffer): Promise<SignedStatement>;
}

/** What can fail without the model fails here. */
async function prepareSigner(
  identity: SigningIdentity,
  signature: string,
  signal: AbortSignal | undefined,
): Promise<PreparedSigner> {
  if (identity.method === "sigstore") {
    const { checkSigstoreIdentity, signWithSigstore } = await import("./signing/sign-sigstore.ts");
    checkSigstoreIdentity(identity);
    return {
      trust: { sigstore: { root: identity.root, identities: [] } },
      async signStatement(payload) {
        const signed = await signWithSigstore(identity, payload, signature, signal);
        return { ...signed, checkWritten: (written) => checkWrittenBytes(written, signature, signed.bytes) };
      },
    };
  }
  const key = readPrivateKey(identity.privateKey, identity.passphrase);
  const certificates = identity.method === "certificate" ? await readSigningCertificate(identity, key) : undefined;
  const fingerprint = keyFingerprint(key.publicKey);
  const { label } = identity.privateKey;
  const signer = certificates?.signer ?? { method: "key", fingerprint, curve: key.curve, label };
  const material = certificates?.material ?? { method: "key", hint: fingerprint };
  const trust: Trust =
    certificates === undefined
      ? { keys: [{ label, pem: key.publicKey.export({ type: "spki", format: "pem" }).toString() }] }
      : { certificates: { roots: [{ label, pem: certificates.leafPem }] } };
  return {
    trust,
    signStatement: async (payload) => ({
      bytes: encodeBundle(material, payload, signPayload(key, PAYLOAD_TYPE, payload)),
      signer,
      checkWritten: (written) => checkWritten(written, signature, key, payload),
    }),
  };
}

async function readSigningCertificate(identity: CertificateIdentity, key: SigningKey): Promise<CertificateMaterial> {
  const { readCertificateMaterial } = await import("./signing/signing-certificate.ts");
  return readCertificateMaterial(identity.certificate, identity.chain ?? [], key, new Date());
}

function withMore(error: unknown, text: string): unknown {
  if (!(error instanceof ProvenanceError)) return error;
  return new ProvenanceError(error.code, `${error.message} ${text}`, { details: error.details, cause: error.cause });
}

function warningsFor(
  { list: { root, outside, ignored }, nameWarning }: PreparedStatement,
  signature: string,
): string[] {
  const unfinished = ignored
    .filter(({ name, source }) => source === "signature" && basename(name) !== basename(signature))
    .filter(({ name }) => existsSync(join(root, name)));
  return [
    ...(nameWarning === undefined ? [] : [nameWarning]),
    ...outside.map((name) => `"${name}" is a link to a file outside the model; its content was signed.`),
    ...unfinished.map(
      ({ name }) =>
        `"${name}" is an unfinished signature and was not signed. Remove it where nothing signs this model now.`,
    ),
  ];
}
