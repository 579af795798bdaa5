import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { PAYLOAD_TYPE } from "./bundle/dsse.ts";
import { encodeBundle } from "./bundle/write-bundle.ts";
import type { DigestModelOptions } from "./digest.ts";
import { ProvenanceError, throwIfCancelled } from "./errors.ts";
import type { DigestMode } from "./hashing/digest-request.ts";
import { type PreparedStatement, type PrepareOptions, prepareStatement } from "./prepare-statement.ts";
import { replacementText } from "./replacement-text.ts";
import { checkWritten, checkWrittenBytes } from "./signing/check-written.ts";
import { readPrivateKey, type SigningKey, signPayload } from "./signing/private-key.ts";
import type { Replacement } from "./signing/replacement.ts";
import type { SigstoreIdentity } from "./signing/sign-sigstore.ts";
import { findPlace } from "./signing/signature-place.ts";
import type { CertificateMaterial } from "./signing/signing-certificate.ts";
import { writeFileAtomically } from "./signing/write-file-atomically.ts";
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
  /** Where the signature is written: where nothing is, or where a signature of this model by this signer is. */
  readonly signature: string;
  readonly identity: SigningIdentity;
  /** Replaces also the OMS signature of another model or by another signer; a file of another kind never. */
  readonly force?: boolean;
  /** Signs files that hold private keys, too. */
  readonly allowPrivateKeys?: boolean;
  /**
   * Asked where the files, or what is left out, differ from what the signature that is replaced says: after they were
   * read, and before any login. Only `true` goes on. Without it, such a signature is not replaced.
   */
  readonly confirmReplacement?: (replacement: Replacement) => boolean | Promise<boolean>;
  /**
   * `cached` takes digests of unchanged files from the cache, but only where the signature that is
   * replaced is authentic and by this signer; anything else is read in full.
   */
  readonly mode?: DigestMode;
  /** Reads the model and writes its statement; {@link prepareStatement} on this thread, if absent. */
  readonly prepare?: (options: PrepareOptions) => Promise<PreparedStatement>;
}

export interface SignResult {
  /** Absolute path. */
  readonly signature: string;
  readonly signer: Signer;
  /** Lower-case hex. */
  readonly rootDigest: string;
  readonly coverage: Coverage;
  /** The signature of this model that was replaced. */
  readonly replaced?: Replacement;
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
 * @throws ProvenanceError KEY_*, CERTIFICATE_*, TOKEN_*, SIGNING_*, PUBLICATION_DECLINED, MODEL_*, IGNORE_PATH, FILE_*, SIGNATURE_WOULD_OVERWRITE, SIGNATURE_OTHER_*, SIGNATURE_REPLACEMENT_DECLINED, SIGNATURE_UNWRITABLE, SIGNATURE_SELF_CHECK, HASHER_FAILED, CANCELLED
 */
export async function sign(options: SignOptions): Promise<SignResult> {
  const model = resolve(options.model);
  const signature = resolve(options.signature);
  const { prepare = prepareStatement, identity, confirmReplacement, ...rest } = options;
  const { trust, signStatement } = await prepareSigner(identity, signature, options);
  const place = await findPlace(signature, model);
  const prepared = await prepare({ ...rest, model, signature, trust });
  const { payload, rootDigest, coverage, replaces } = prepared;
  throwIfCancelled(options.signal);
  if (replaces?.changes.matches === false) await askBeforeReplacing(replaces, confirmReplacement);
  throwIfCancelled(options.signal);
  const { bytes, signer, published, checkWritten } = await signStatement(payload, replaces);
  try {
    await writeFileAtomically(place, bytes, checkWritten);
  } catch (error) {
    throw published === undefined ? error : withMore(error, published);
  }
  const warnings = warningsFor(prepared, signature);
  return { signature, signer, rootDigest, coverage, ...(replaces && { replaced: replaces }), warnings };
}

async function askBeforeReplacing(replaces: Replacement, confirm: SignOptions["confirmReplacement"]): Promise<void> {
  if (confirm !== undefined && (await confirm(replaces)) === true) return;
  throw new ProvenanceError(
    "SIGNATURE_REPLACEMENT_DECLINED",
    `Not signed: ${replacementText(replaces)}. The signature ${replaces.signature} is unchanged.`,
    { details: { path: replaces.signature } },
  );
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
  /** In this signer, and in no one else. */
  readonly trust: Trust;
  /** @param replaces what has to be by the same signer, unless forced */
  signStatement(payload: Buffer, replaces: Replacement | undefined): Promise<SignedStatement>;
}

/** What can fail without the model fails here. */
async function prepareSigner(
  identity: SigningIdentity,
  signature: string,
  { signal, force }: Pick<SignOptions, "signal" | "force">,
): Promise<PreparedSigner> {
  if (identity.method === "sigstore") {
    const { checkSigstoreIdentity, signWithSigstore } = await import("./signing/sign-sigstore.ts");
    checkSigstoreIdentity(identity);
    return {
      trust: { sigstore: { root: identity.root, identities: [] } },
      async signStatement(payload, replaces) {
        const earlier = force === true ? undefined : replaces?.signer;
        const only = earlier?.method === "sigstore" ? earlier : undefined;
        const signed = await signWithSigstore(identity, payload, signature, { signal, only });
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
  const pem = key.publicKey.export({ type: "spki", format: "pem" }).toString();
  return {
    trust: { keys: [{ label, pem }] },
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
