import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { ProvenanceError, throwIfCancelled } from "../../errors.ts";
import { relativeToModel } from "../../model/ignore.ts";
import type { CertificateIdentity } from "../../signing/certificate-signer.ts";
import type { KeyIdentity } from "../../signing/key-signer.ts";
import type { SigstoreIdentity } from "../../signing/keyless-signer.ts";
import type { KmsIdentity } from "../../signing/kms/kms-signer.ts";
import type { Pkcs11Identity } from "../../signing/pkcs11/pkcs11-signer.ts";
import type { Replacement } from "../../signing/replacement.ts";
import { inspectDestination } from "../../signing/signature-destination.ts";
import type { Signer, SignerOptions } from "../../signing/signer.ts";
import { writeFileAtomically } from "../../signing/write-file-atomically.ts";
import type { Coverage } from "../../verdict.ts";
import type { Signer as SignerIdentity } from "../../verification/signer.ts";
import { type PreparedStatement, type PrepareOptions, prepareStatement } from "./prepare-statement.ts";
import { replacementText } from "./replacement-text.ts";

export type SigningIdentity = KeyIdentity | CertificateIdentity | SigstoreIdentity | Pkcs11Identity | KmsIdentity;

export interface SignOptions extends Omit<PrepareOptions, "trust"> {
  readonly identity: SigningIdentity;
  /**
   * Called where the files or the ignored paths differ from the signature that is replaced, after hashing and before any
   * login. Only `true` continues. Without it, such a signature is not replaced.
   */
  readonly confirmReplacement?: (replacement: Replacement) => boolean | Promise<boolean>;
  /** Reads the model and writes its statement; {@link prepareStatement} on this thread, if absent. */
  readonly prepare?: (options: PrepareOptions) => Promise<PreparedStatement>;
}

export interface SignResult {
  /** Absolute path. */
  readonly signature: string;
  readonly signer: SignerIdentity;
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
 * Signs a model (OMS 6): checks what can fail early, reads the files, and verifies the written signature before it replaces
 * an earlier one. On any failure the earlier signature is unchanged.
 *
 * @throws ProvenanceError KEY_*, CERTIFICATE_*, PKCS11_*, KMS_*, TOKEN_*, SIGNING_*, PUBLICATION_DECLINED, MODEL_*, IGNORE_PATH, MANIFEST_*, FILE_*, SIGNATURE_WOULD_OVERWRITE, SIGNATURE_OTHER_*, SIGNATURE_REPLACEMENT_DECLINED, SIGNATURE_UNWRITABLE, SIGNATURE_SELF_CHECK, HASHER_FAILED, CANCELLED
 */
export async function sign(options: SignOptions): Promise<SignResult> {
  const { identity, signal, force } = options;
  const signer = await createSigner(identity, { signature: resolve(options.signature), signal, force });
  try {
    return await signWith(signer, options);
  } finally {
    await signer.close?.();
  }
}

async function signWith(signer: Signer, options: SignOptions): Promise<SignResult> {
  const model = resolve(options.model);
  const signature = resolve(options.signature);
  const { prepare = prepareStatement, identity: _, confirmReplacement, ...rest } = options;
  const { signal } = options;
  const place = await inspectDestination(signature, model);
  const prepared = await prepare({ ...rest, model, signature, trust: signer.trust });
  const { payload, rootDigest, coverage, replaces } = prepared;
  throwIfCancelled(signal);
  if (replaces?.changes.matches === false) await askBeforeReplacing(replaces, confirmReplacement);
  throwIfCancelled(signal);
  const signed = await signer.sign(payload, replaces);
  const { published } = signed;
  try {
    await writeFileAtomically(place, signed.bytes);
  } catch (error) {
    throw published === undefined ? error : withMore(error, published);
  }
  const notRead =
    rest.manifest === undefined
      ? []
      : [`No content was read: the digests are those of ${rest.manifest}, and names and sizes are those of the files.`];
  const warnings = [...notRead, ...warningsFor(prepared, signature)];
  const replaced = replaces && { replaced: replaces };
  return { signature, signer: signed.signer, rootDigest, coverage, ...replaced, warnings };
}

async function askBeforeReplacing(replaces: Replacement, confirm: SignOptions["confirmReplacement"]): Promise<void> {
  if (confirm !== undefined && (await confirm(replaces)) === true) return;
  const message = `Not signed: ${replacementText(replaces)}. The signature ${replaces.signature} is unchanged.`;
  throw new ProvenanceError("SIGNATURE_REPLACEMENT_DECLINED", message, { details: { path: replaces.signature } });
}

/** Creates the signer of a method; each is loaded on use. What can fail without the model fails here. */
async function createSigner(identity: SigningIdentity, options: SignerOptions): Promise<Signer> {
  switch (identity.method) {
    case "key":
      return (await import("../../signing/key-signer.ts")).createKeySigner(identity);
    case "certificate":
      return (await import("../../signing/certificate-signer.ts")).createCertificateSigner(identity);
    case "sigstore":
      return (await import("../../signing/keyless-signer.ts")).createKeylessSigner(identity, options);
    case "pkcs11":
      return (await import("../../signing/pkcs11/pkcs11-signer.ts")).createPkcs11Signer(identity, options);
    case "kms":
      return (await import("../../signing/kms/kms-signer.ts")).createKmsSigner(identity, options);
  }
}

function withMore(error: unknown, text: string): unknown {
  if (!(error instanceof ProvenanceError)) return error;
  return new ProvenanceError(error.code, `${error.message} ${text}`, { details: error.details, cause: error.cause });
}

function warningsFor(prepared: PreparedStatement, signature: string): string[] {
  const { list, warnings, otherSignatures } = prepared;
  const { root, outside, ignored } = list;
  const unfinished = ignored
    .filter(({ name, source }) => source === "signature" && basename(name) !== basename(signature))
    .filter(({ name }) => !otherSignatures.includes(name))
    .filter(({ name }) => existsSync(join(root, name)));
  return [
    ...warnings,
    ...otherSignaturesWarning(otherSignatures, relativeToModel(root, signature)),
    ...outside.map((name) => `"${name}" is a link to a file outside the model; its content was signed.`),
    ...unfinished.map(
      ({ name }) =>
        `"${name}" is an unfinished signature and was not signed. Remove it where nothing signs this model now.`,
    ),
  ];
}

/**
 * What a further signature in a model's folder means for those that are there already.
 *
 * @param names canonical names of the others
 * @param own canonical name of the new one; undefined where it is outside the model
 */
export function otherSignaturesWarning(names: readonly string[], own: string | undefined): string[] {
  const [first] = names;
  if (first === undefined || own === undefined) return [];
  const others = names.length === 1 ? `"${first}"` : `"${first}" and ${names.length - 1} more signatures`;
  const verb =
    names.length === 1 ? "is another signature of this model, and is" : "are other signatures of this model, and are";
  const them = names.length === 1 ? "it" : "them";
  return [
    `${others} ${verb} not signed. Other verifiers now reject ${them}, because "${own}" was added; they do not where the new signature is beside the model's folder.`,
  ];
}
