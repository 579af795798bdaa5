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

/** The kind of each code; `presentation/short-reasons.ts` has a short reason of each that a verdict may have. */
const CODES = {
  // The signature file
  SIGNATURE_NOT_FOUND: "input",
  SIGNATURE_UNREADABLE: "input",
  SIGNATURE_NOT_DOWNLOADED: "unable",
  BUNDLE_TOO_LARGE: "invalid",
  BUNDLE_TOO_DEEP: "invalid",
  BUNDLE_NOT_JSON: "invalid",
  BUNDLE_BARE_SIGNATURE: "invalid",
  BUNDLE_FOREIGN_SIGNATURE: "invalid",
  BUNDLE_MALFORMED: "invalid",
  BUNDLE_MEDIA_TYPE: "invalid",
  ENVELOPE_MISSING: "invalid",
  ENVELOPE_MALFORMED: "invalid",
  ENVELOPE_PAYLOAD_TYPE: "invalid",
  ENVELOPE_SIGNATURE_COUNT: "invalid",
  MATERIAL_MISSING: "invalid",
  // The statement
  STATEMENT_NOT_JSON: "invalid",
  STATEMENT_MALFORMED: "invalid",
  STATEMENT_TYPE: "invalid",
  PREDICATE_TYPE: "invalid",
  PREDICATE_MALFORMED: "invalid",
  RESOURCES_EMPTY: "invalid",
  RESOURCES_TOO_MANY: "invalid",
  RESOURCE_NAME: "invalid",
  RESOURCE_NAME_UNSUPPORTED: "unable",
  RESOURCE_DUPLICATE: "invalid",
  RESOURCE_DIGEST: "invalid",
  RESOURCE_ALGORITHM: "invalid",
  SHARD_RANGE: "invalid",
  HASH_UNSUPPORTED: "unable",
  METHOD_UNSUPPORTED: "unable",
  ROOT_DIGEST_MISMATCH: "invalid",
  // The signature and the signer
  SIGNATURE_NOT_AUTHENTIC: "invalid",
  KEY_MISMATCH: "unable",
  KEY_UNKNOWN: "unable",
  KEY_UNREADABLE: "usage",
  KEY_UNSUPPORTED: "usage",
  KEY_PASSPHRASE_REQUIRED: "usage",
  KEY_PASSPHRASE_WRONG: "usage",
  SIGNING_METHOD_MISMATCH: "unable",
  CERTIFICATE_MALFORMED: "invalid",
  CERTIFICATE_UNREADABLE: "usage",
  CERTIFICATE_EXPIRED: "invalid",
  CERTIFICATE_NOT_YET_VALID: "invalid",
  CERTIFICATE_UNTRUSTED_ROOT: "unable",
  CERTIFICATE_NO_ROOTS: "unable",
  CERTIFICATE_PATH_INVALID: "invalid",
  CERTIFICATE_USAGE: "invalid",
  CERTIFICATE_KEY_UNSUPPORTED: "invalid",
  CERTIFICATE_KEY_MISMATCH: "usage",
  CERTIFICATE_IDENTITY: "unable",
  // Sigstore: what a signature shows
  SIGSTORE_CERTIFICATE: "invalid",
  SIGSTORE_CERTIFICATE_LOG: "invalid",
  SIGSTORE_LOG_ENTRY: "invalid",
  SIGSTORE_TIMESTAMP: "invalid",
  SIGSTORE_AUTHORITY_UNKNOWN: "unable",
  SIGSTORE_LOG_UNKNOWN: "unable",
  SIGSTORE_TIMESTAMP_UNKNOWN: "unable",
  SIGSTORE_UNSUPPORTED: "unable",
  SIGSTORE_PLATFORM: "unable",
  SIGSTORE_IDENTITY: "unable",
  SIGSTORE_IDENTITY_MISSING: "unable",
  // Sigstore: trust roots
  TRUST_ROOT_MISSING: "unable",
  TRUST_ROOT_UNREADABLE: "usage",
  TRUST_ROOT_REFRESH: "unable",
  // Sigstore: signing
  TOKEN_MALFORMED: "usage",
  TOKEN_EXPIRED: "usage",
  TOKEN_NO_IDENTITY: "usage",
  TOKEN_EMAIL_UNVERIFIED: "usage",
  TOKEN_NOT_FOUND: "usage",
  TOKEN_UNAVAILABLE: "unable",
  SIGNING_SERVICES: "usage",
  PUBLICATION_DECLINED: "usage",
  SIGNING_CERTIFICATE_FAILED: "unable",
  SIGNING_TIMESTAMP_FAILED: "unable",
  SIGNING_LOG_FAILED: "unable",
  SIGNING_RESULT_INVALID: "unable",
  // Keys in a PKCS #11 token
  PKCS11_URI: "usage",
  PKCS11_NOT_INSTALLED: "unable",
  PKCS11_MODULE: "usage",
  PKCS11_MODULE_FAILED: "unable",
  PKCS11_TOKEN: "usage",
  PKCS11_KEY: "usage",
  PKCS11_CERTIFICATE: "usage",
  PKCS11_PIN_REQUIRED: "usage",
  PKCS11_PIN_WRONG: "usage",
  PKCS11_PIN_LOCKED: "unable",
  PKCS11_FAILED: "unable",
  // Keys behind a plugin for key management
  KMS_REFERENCE: "usage",
  KMS_PLUGIN_NOT_FOUND: "usage",
  KMS_PLUGIN_FAILED: "unable",
  // Logging in
  LOGIN_ISSUER: "usage",
  LOGIN_ISSUER_UNREACHABLE: "unable",
  LOGIN_ISSUER_FAULT: "unable",
  LOGIN_CLIENT_REFUSED: "usage",
  LOGIN_REFUSED: "unable",
  LOGIN_TIMED_OUT: "unable",
  LOGIN_STATE: "unable",
  LOGIN_NONCE: "unable",
  LOGIN_PORT: "unable",
  LOGIN_BROWSER: "unable",
  LOGIN_CODE: "usage",
  LOGIN_NO_DEVICE_CODE: "usage",
  LOGIN_CLOCK: "unable",
  LOGIN_NO_EMAIL: "unable",
  // Policies
  POLICY_INVALID: "usage",
  POLICY_UNCOVERED: "unable",
  POLICY_WORKSPACE_UNTRUSTED: "unable",
  POLICY_DENIED: "unable",
  POLICY_SIGNER: "unable",
  POLICY_SIGNATURE_REQUIRED: "unable",
  POLICY_NOT_AUTHENTIC: "unable",
  POLICY_FILES: "unable",
  POLICY_SIGNER_IGNORED: "unable",
  POLICY_SYMLINKS: "unable",
  POLICY_EXCEPTION: "unable",
  POLICY_PIN: "unable",
  // The search of a scan
  SEARCH_UNCOVERED: "input",
  SEARCH_LINK: "input",
  SEARCH_UNREADABLE: "input",
  SEARCH_INCOMPLETE: "input",
  SEARCH_SPECIAL_FILE: "input",
  SEARCH_PATH_MISSING: "input",
  SEARCH_NOTHING_FOUND: "input",
  // The model
  MODEL_NOT_FOUND: "input",
  MODEL_UNREADABLE: "input",
  MODEL_EMPTY: "input",
  MODEL_TOO_LARGE: "input",
  MODEL_SYMLINK: "input",
  MODEL_SYMLINK_CYCLE: "input",
  MODEL_SPECIAL_FILE: "input",
  MODEL_NAME_NOT_UTF8: "input",
  MODEL_NAME_NOT_PORTABLE: "input",
  MODEL_PRIVATE_KEY: "input",
  MODEL_NOT_PINNABLE: "input",
  MODEL_ENV_FILE: "input",
  MODEL_LFS_POINTER: "input",
  MODEL_INCOMPLETE: "input",
  IGNORE_PATH: "usage",
  FILE_UNREADABLE: "input",
  FILE_CHANGED: "input",
  FILE_NOT_DOWNLOADED: "unable",
  FILE_LFS_POINTER: "input",
  FILE_LINE_ENDINGS: "input",
  // Manifests of digest --part and --merge
  MANIFEST_UNREADABLE: "usage",
  MANIFEST_INCOMPLETE: "usage",
  MANIFEST_MISMATCH: "usage",
  MANIFEST_UNWRITABLE: "usage",
  // Writing, and hashing
  SIGNATURE_UNWRITABLE: "input",
  SIGNATURE_WOULD_OVERWRITE: "input",
  SIGNATURE_OTHER_MODEL: "input",
  SIGNATURE_OTHER_SIGNER: "input",
  SIGNATURE_REPLACEMENT_DECLINED: "input",
  SIGNATURE_SELF_CHECK: "internal",
  HASHER_FAILED: "internal",
  USAGE: "usage",
  CANCELLED: "internal",
  INTERNAL: "internal",
} as const satisfies Record<string, ErrorKind>;

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
  return CODES[code];
}

/** The `code` of a Node system error (`ENOENT`, `EACCES`…), if it is one. */
export function systemCode(error: unknown): string | undefined {
  if (error instanceof Error && "code" in error && typeof error.code === "string") return error.code;
  return undefined;
}

/** Returns what the function does; undefined where the system rejects it: nothing is there, or it cannot be read. */
export function unlessSystemError<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return undefined;
  }
}

/** Throws `CANCELLED` once the signal is aborted. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new ProvenanceError("CANCELLED", "Cancelled.", { cause: signal.reason });
}

/** For `catch` of a promise: undefined instead of a {@link ProvenanceError}. `CANCELLED` and other errors are thrown. */
export function undefinedIfRejected(error: unknown): undefined {
  if (!(error instanceof ProvenanceError) || error.code === "CANCELLED") throw error;
}

/** Throws a {@link ProvenanceError} without a cause. */
export function fail(code: ErrorCode, message: string, details: ErrorDetails = {}): never {
  throw new ProvenanceError(code, message, { details });
}

/** What `read` returns; undefined where it throws a {@link ProvenanceError}. */
export function unlessRejected<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof ProvenanceError) return undefined;
    throw error;
  }
}
