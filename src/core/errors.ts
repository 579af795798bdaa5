/**
 * The kind of an error, which decides the verdict and the exit status.
 *
 * - `invalid`: the signature file is malformed, or is not authentic.
 * - `unable`: no fault was found, but the operation cannot be completed here.
 * - `usage`: the request cannot be fulfilled as given.
 * - `input`: a file or folder is missing, unreadable, or of a kind that cannot be signed.
 * - `internal`: the program failed, or was stopped.
 */
export type ErrorKind = "invalid" | "unable" | "usage" | "input" | "internal";

/** Of each code its kind, and its reason in at most four words, for a place that has no room for the sentence. */
const CODES = {
  // The signature file
  SIGNATURE_NOT_FOUND: ["input", "no signature file"],
  SIGNATURE_UNREADABLE: ["input", "signature file unreadable"],
  SIGNATURE_NOT_DOWNLOADED: ["unable", "signature file not downloaded"],
  BUNDLE_TOO_LARGE: ["invalid", "signature file too large"],
  BUNDLE_TOO_DEEP: ["invalid", "JSON nested too deep"],
  BUNDLE_NOT_JSON: ["invalid", "not JSON"],
  BUNDLE_BARE_SIGNATURE: ["invalid", "a bare signature"],
  BUNDLE_FOREIGN_SIGNATURE: ["invalid", "another tool's signature"],
  BUNDLE_MALFORMED: ["invalid", "malformed bundle"],
  BUNDLE_MEDIA_TYPE: ["invalid", "unknown bundle type"],
  ENVELOPE_MISSING: ["invalid", "no envelope"],
  ENVELOPE_MALFORMED: ["invalid", "malformed envelope"],
  ENVELOPE_PAYLOAD_TYPE: ["invalid", "wrong payload type"],
  ENVELOPE_SIGNATURE_COUNT: ["invalid", "not exactly one signature"],
  MATERIAL_MISSING: ["invalid", "no key or certificate"],
  // The statement
  STATEMENT_NOT_JSON: ["invalid", "statement is not JSON"],
  STATEMENT_MALFORMED: ["invalid", "malformed statement"],
  STATEMENT_TYPE: ["invalid", "wrong statement type"],
  PREDICATE_TYPE: ["invalid", "not a model signature"],
  PREDICATE_MALFORMED: ["invalid", "malformed manifest"],
  RESOURCES_EMPTY: ["invalid", "it covers no file"],
  RESOURCES_TOO_MANY: ["invalid", "too many files listed"],
  RESOURCE_NAME: ["invalid", "unsafe file name"],
  RESOURCE_NAME_UNSUPPORTED: ["unable", "unsupported file name"],
  RESOURCE_DUPLICATE: ["invalid", "a file listed twice"],
  RESOURCE_DIGEST: ["invalid", "malformed digest"],
  RESOURCE_ALGORITHM: ["invalid", "digest algorithms disagree"],
  SHARD_RANGE: ["invalid", "invalid shard ranges"],
  HASH_UNSUPPORTED: ["unable", "unsupported hash algorithm"],
  METHOD_UNSUPPORTED: ["unable", "unsupported serialization method"],
  ROOT_DIGEST_MISMATCH: ["invalid", "wrong root digest"],
  // The signature and the signer
  SIGNATURE_NOT_AUTHENTIC: ["invalid", "signature does not verify"],
  KEY_MISMATCH: ["unable", "unknown key"],
  KEY_UNKNOWN: ["unable", "unknown key"],
  KEY_UNREADABLE: ["usage", "key unreadable"],
  KEY_UNSUPPORTED: ["usage", "unsupported kind of key"],
  KEY_PASSPHRASE_REQUIRED: ["usage", "key needs a passphrase"],
  KEY_PASSPHRASE_WRONG: ["usage", "wrong passphrase"],
  SIGNING_METHOD_MISMATCH: ["unable", "signed with another method"],
  CERTIFICATE_MALFORMED: ["invalid", "malformed certificate"],
  CERTIFICATE_UNREADABLE: ["usage", "certificate unreadable"],
  CERTIFICATE_EXPIRED: ["invalid", "certificate expired"],
  CERTIFICATE_NOT_YET_VALID: ["invalid", "certificate not yet valid"],
  CERTIFICATE_UNTRUSTED_ROOT: ["unable", "unknown certificate authority"],
  CERTIFICATE_NO_ROOTS: ["unable", "unknown certificate authority"],
  CERTIFICATE_PATH_INVALID: ["invalid", "certificate chain not valid"],
  CERTIFICATE_USAGE: ["invalid", "certificate not for signing"],
  CERTIFICATE_KEY_UNSUPPORTED: ["invalid", "unsupported certificate key"],
  CERTIFICATE_KEY_MISMATCH: ["usage", "key and certificate differ"],
  CERTIFICATE_IDENTITY: ["unable", "another identity"],
  // Sigstore: what a signature shows
  SIGSTORE_CERTIFICATE: ["invalid", "certificate not valid"],
  SIGSTORE_CERTIFICATE_LOG: ["invalid", "certificate not logged"],
  SIGSTORE_LOG_ENTRY: ["invalid", "log entry not valid"],
  SIGSTORE_TIMESTAMP: ["invalid", "timestamp not valid"],
  SIGSTORE_AUTHORITY_UNKNOWN: ["unable", "unknown certificate authority"],
  SIGSTORE_LOG_UNKNOWN: ["unable", "unknown transparency log"],
  SIGSTORE_TIMESTAMP_UNKNOWN: ["unable", "unknown timestamp authority"],
  SIGSTORE_UNSUPPORTED: ["unable", "unsupported kind of signature"],
  SIGSTORE_PLATFORM: ["unable", "cryptography fails here"],
  SIGSTORE_IDENTITY: ["unable", "another identity"],
  SIGSTORE_IDENTITY_MISSING: ["unable", "no signer named"],
  // Sigstore: trust roots
  TRUST_ROOT_MISSING: ["unable", "no trust root"],
  TRUST_ROOT_UNREADABLE: ["usage", "trust root unreadable"],
  TRUST_ROOT_REFRESH: ["unable", "trust root not refreshed"],
  // Sigstore: signing
  TOKEN_MALFORMED: ["usage", "not an identity token"],
  TOKEN_EXPIRED: ["usage", "login expired"],
  TOKEN_NO_IDENTITY: ["usage", "token names no identity"],
  TOKEN_EMAIL_UNVERIFIED: ["usage", "e-mail address not verified"],
  TOKEN_NOT_FOUND: ["usage", "no identity token found"],
  TOKEN_UNAVAILABLE: ["unable", "identity token not obtained"],
  SIGNING_SERVICES: ["usage", "no services to use"],
  PUBLICATION_DECLINED: ["usage", "publishing not agreed to"],
  SIGNING_CERTIFICATE_FAILED: ["unable", "no certificate was issued"],
  SIGNING_TIMESTAMP_FAILED: ["unable", "no timestamp was given"],
  SIGNING_LOG_FAILED: ["unable", "not entered into log"],
  SIGNING_RESULT_INVALID: ["unable", "services answered wrongly"],
  // Keys in a PKCS #11 token
  PKCS11_URI: ["usage", "malformed PKCS #11 URI"],
  PKCS11_NOT_INSTALLED: ["unable", "koffi is not installed"],
  PKCS11_MODULE: ["usage", "PKCS #11 module unusable"],
  PKCS11_MODULE_FAILED: ["unable", "PKCS #11 module failed"],
  PKCS11_TOKEN: ["usage", "token not found"],
  PKCS11_KEY: ["usage", "key not found"],
  PKCS11_CERTIFICATE: ["usage", "no certificate on token"],
  PKCS11_PIN_REQUIRED: ["usage", "token needs a PIN"],
  PKCS11_PIN_WRONG: ["usage", "wrong PIN"],
  PKCS11_PIN_LOCKED: ["unable", "PIN is locked"],
  PKCS11_FAILED: ["unable", "token did not sign"],
  // Keys behind a plugin for key management
  KMS_REFERENCE: ["usage", "malformed key reference"],
  KMS_PLUGIN_NOT_FOUND: ["usage", "plugin not found"],
  KMS_PLUGIN_FAILED: ["unable", "plugin failed"],
  // Logging in
  LOGIN_ISSUER: ["usage", "identity provider not usable"],
  LOGIN_ISSUER_UNREACHABLE: ["unable", "identity provider not reached"],
  LOGIN_ISSUER_FAULT: ["unable", "identity provider answered wrongly"],
  LOGIN_CLIENT_REFUSED: ["usage", "unknown login client"],
  LOGIN_REFUSED: ["unable", "login was refused"],
  LOGIN_TIMED_OUT: ["unable", "login took too long"],
  LOGIN_STATE: ["unable", "answer to another login"],
  LOGIN_NONCE: ["unable", "token of another login"],
  LOGIN_PORT: ["unable", "port for login taken"],
  LOGIN_BROWSER: ["unable", "browser did not open"],
  LOGIN_CODE: ["usage", "login code not accepted"],
  LOGIN_NO_DEVICE_CODE: ["usage", "no device code offered"],
  LOGIN_CLOCK: ["unable", "clocks do not agree"],
  LOGIN_NO_EMAIL: ["unable", "login without e-mail address"],
  LOGIN_EMAIL_UNVERIFIED: ["unable", "e-mail address not verified"],
  // Policies
  POLICY_INVALID: ["usage", "policy cannot be read"],
  POLICY_UNCOVERED: ["unable", "no policy covers it"],
  POLICY_WORKSPACE_UNTRUSTED: ["unable", "workspace not trusted"],
  POLICY_DENIED: ["unable", "refused by a policy"],
  POLICY_SIGNER: ["unable", "no policy accepts signer"],
  POLICY_SIGNATURE_REQUIRED: ["unable", "a signature is demanded"],
  POLICY_NOT_AUTHENTIC: ["unable", "signature not valid"],
  POLICY_FILES: ["unable", "files are not signed"],
  POLICY_SIGNER_IGNORED: ["unable", "signer left files out"],
  POLICY_SYMLINKS: ["unable", "links were followed"],
  POLICY_EXCEPTION: ["unable", "allowed by exception"],
  POLICY_PIN: ["unable", "not the pinned bytes"],
  // The search of a scan
  SEARCH_UNCOVERED: ["input", "files without a signature"],
  SEARCH_LINK: ["input", "symbolic link not followed"],
  SEARCH_UNREADABLE: ["input", "folder unreadable"],
  SEARCH_INCOMPLETE: ["input", "not searched completely"],
  SEARCH_SPECIAL_FILE: ["input", "neither file nor folder"],
  SEARCH_PATH_MISSING: ["input", "model is missing"],
  SEARCH_NOTHING_FOUND: ["input", "pattern matches nothing"],
  // The model
  MODEL_NOT_FOUND: ["input", "no such model"],
  MODEL_UNREADABLE: ["input", "model unreadable"],
  MODEL_EMPTY: ["input", "no file to sign"],
  MODEL_TOO_LARGE: ["input", "too many files"],
  MODEL_SYMLINK: ["input", "symbolic link"],
  MODEL_SYMLINK_CYCLE: ["input", "links in a circle"],
  MODEL_SPECIAL_FILE: ["input", "not a regular file"],
  MODEL_NAME_NOT_UTF8: ["input", "name is not UTF-8"],
  MODEL_NAME_NOT_PORTABLE: ["input", "name is not portable"],
  MODEL_PRIVATE_KEY: ["input", "holds a private key"],
  MODEL_NOT_PINNABLE: ["input", "cannot be pinned"],
  MODEL_ENV_FILE: ["input", "holds a .env file"],
  MODEL_LFS_POINTER: ["input", "content not downloaded"],
  MODEL_INCOMPLETE: ["input", "model is incomplete"],
  IGNORE_PATH: ["usage", "ignore path not allowed"],
  FILE_UNREADABLE: ["input", "file unreadable"],
  FILE_CHANGED: ["input", "file changed while read"],
  FILE_NOT_DOWNLOADED: ["unable", "content not downloaded"],
  FILE_LFS_POINTER: ["input", "another Git LFS pointer"],
  FILE_LINE_ENDINGS: ["input", "only line endings differ"],
  // Manifests of digest --part and --merge
  MANIFEST_UNREADABLE: ["usage", "manifest unreadable"],
  MANIFEST_INCOMPLETE: ["usage", "manifest incomplete"],
  MANIFEST_MISMATCH: ["usage", "manifest of other files"],
  MANIFEST_UNWRITABLE: ["usage", "manifest not written"],
  // Writing, and hashing
  SIGNATURE_UNWRITABLE: ["input", "signature not written"],
  SIGNATURE_WOULD_OVERWRITE: ["input", "another file is there"],
  SIGNATURE_OTHER_MODEL: ["input", "signature of another model"],
  SIGNATURE_OTHER_SIGNER: ["input", "signature by another signer"],
  SIGNATURE_REPLACEMENT_DECLINED: ["input", "signature not replaced"],
  SIGNATURE_SELF_CHECK: ["internal", "written signature fails check"],
  HASHER_FAILED: ["internal", "hashing failed"],
  USAGE: ["usage", "wrong usage"],
  CANCELLED: ["internal", "cancelled"],
  INTERNAL: ["internal", "internal error"],
} as const satisfies Record<string, readonly [kind: ErrorKind, reason: string]>;

/** The closed set of codes. Codes are stable; messages are not. */
export type ErrorCode = keyof typeof CODES;

/** Values in the message: file, expected, found. Never a secret. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** An error that a person can act on: what happened, to which file, and what to do. */
export class ProvenanceError extends Error {
  override readonly name = "ProvenanceError";
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, options: { details?: ErrorDetails; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
  }

  get kind(): ErrorKind {
    return errorKind(this.code);
  }
}

export function isErrorCode(value: string): value is ErrorCode {
  return Object.hasOwn(CODES, value);
}

export function errorKind(code: ErrorCode): ErrorKind {
  return CODES[code][0];
}

/** In English; `shortReasonOf` translates it. */
export function reasonInWords(code: ErrorCode): string {
  return CODES[code][1];
}

/** The short reasons of all codes, for translators. */
export const SHORT_REASONS: readonly string[] = Object.values(CODES).map(([, reason]) => reason);

/** The `code` of a Node system error (`ENOENT`, `EACCES`…), if it is one. */
export function systemCode(error: unknown): string | undefined {
  if (error instanceof Error && "code" in error && typeof error.code === "string") return error.code;
  return undefined;
}

/** Throws `CANCELLED` once the signal is aborted. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new ProvenanceError("CANCELLED", "Cancelled.", { cause: signal.reason });
}

/** Throws a {@link ProvenanceError} without a cause. */
export function fail(code: ErrorCode, message: string, details: ErrorDetails = {}): never {
  throw new ProvenanceError(code, message, { details });
}
