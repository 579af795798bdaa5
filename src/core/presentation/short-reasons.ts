import type { ErrorCode } from "../errors.ts";
import type { Verdict } from "../verdict.ts";
import type { Translate } from "./localizer.ts";

/** Codes of signing and logging in: no verdict has them as a reason. */
type Elsewhere =
  | `${"KMS" | "LOGIN" | "MANIFEST" | "PKCS11" | "PUBLICATION" | "TOKEN"}_${string}`
  | `KEY_PASSPHRASE_${string}`
  | `SIGNATURE_${"OTHER" | "REPLACEMENT" | "SELF" | "UNWRITABLE" | "WOULD"}${string}`
  | `SIGNING_${"CERTIFICATE" | "LOG" | "RESULT" | "SERVICES" | "TIMESTAMP"}${string}`;

type Reasons = Readonly<Record<Exclude<ErrorCode, Elsewhere>, string> & Partial<Record<ErrorCode, string>>>;

/** In at most four words, for a place that has no room for the sentence; loaded when something is displayed. */
const REASONS: Reasons = {
  // The signature file
  SIGNATURE_NOT_FOUND: "no signature file",
  SIGNATURE_UNREADABLE: "signature file unreadable",
  SIGNATURE_NOT_DOWNLOADED: "signature file not downloaded",
  BUNDLE_TOO_LARGE: "signature file too large",
  BUNDLE_TOO_DEEP: "JSON nested too deep",
  BUNDLE_NOT_JSON: "not JSON",
  BUNDLE_BARE_SIGNATURE: "a bare signature",
  BUNDLE_FOREIGN_SIGNATURE: "another tool's signature",
  BUNDLE_MALFORMED: "malformed bundle",
  BUNDLE_MEDIA_TYPE: "unknown bundle type",
  ENVELOPE_MISSING: "no envelope",
  ENVELOPE_MALFORMED: "malformed envelope",
  ENVELOPE_PAYLOAD_TYPE: "wrong payload type",
  ENVELOPE_SIGNATURE_COUNT: "not exactly one signature",
  MATERIAL_MISSING: "no key or certificate",
  // The statement
  STATEMENT_NOT_JSON: "statement is not JSON",
  STATEMENT_MALFORMED: "malformed statement",
  STATEMENT_TYPE: "wrong statement type",
  PREDICATE_TYPE: "not a model signature",
  PREDICATE_MALFORMED: "malformed manifest",
  RESOURCES_EMPTY: "it covers no file",
  RESOURCES_TOO_MANY: "too many files listed",
  RESOURCE_NAME: "unsafe file name",
  RESOURCE_NAME_UNSUPPORTED: "unsupported file name",
  RESOURCE_DUPLICATE: "a file listed twice",
  RESOURCE_DIGEST: "malformed digest",
  RESOURCE_ALGORITHM: "digest algorithms disagree",
  SHARD_RANGE: "invalid shard ranges",
  HASH_UNSUPPORTED: "unsupported hash algorithm",
  METHOD_UNSUPPORTED: "unsupported serialization method",
  ROOT_DIGEST_MISMATCH: "wrong root digest",
  // The signature and the signer
  SIGNATURE_NOT_AUTHENTIC: "signature does not verify",
  KEY_MISMATCH: "unknown key",
  KEY_UNKNOWN: "unknown key",
  KEY_UNREADABLE: "key unreadable",
  KEY_UNSUPPORTED: "unsupported kind of key",
  SIGNING_METHOD_MISMATCH: "signed with another method",
  CERTIFICATE_MALFORMED: "malformed certificate",
  CERTIFICATE_UNREADABLE: "certificate unreadable",
  CERTIFICATE_EXPIRED: "certificate expired",
  CERTIFICATE_NOT_YET_VALID: "certificate not yet valid",
  CERTIFICATE_UNTRUSTED_ROOT: "unknown certificate authority",
  CERTIFICATE_NO_ROOTS: "unknown certificate authority",
  CERTIFICATE_PATH_INVALID: "certificate chain not valid",
  CERTIFICATE_USAGE: "certificate not for signing",
  CERTIFICATE_KEY_UNSUPPORTED: "unsupported certificate key",
  CERTIFICATE_KEY_MISMATCH: "key and certificate differ",
  CERTIFICATE_IDENTITY: "another identity",
  // Sigstore: what a signature shows
  SIGSTORE_CERTIFICATE: "certificate not valid",
  SIGSTORE_CERTIFICATE_LOG: "certificate not logged",
  SIGSTORE_LOG_ENTRY: "log entry not valid",
  SIGSTORE_TIMESTAMP: "timestamp not valid",
  SIGSTORE_AUTHORITY_UNKNOWN: "unknown certificate authority",
  SIGSTORE_LOG_UNKNOWN: "unknown transparency log",
  SIGSTORE_TIMESTAMP_UNKNOWN: "unknown timestamp authority",
  SIGSTORE_UNSUPPORTED: "unsupported kind of signature",
  SIGSTORE_PLATFORM: "platform cryptography fails",
  SIGSTORE_IDENTITY: "another identity",
  SIGSTORE_IDENTITY_MISSING: "no signer named",
  // Sigstore: trust roots
  TRUST_ROOT_MISSING: "no trust root",
  TRUST_ROOT_UNREADABLE: "trust root unreadable",
  TRUST_ROOT_REFRESH: "trust root not refreshed",
  // Policies
  POLICY_INVALID: "policy cannot be read",
  POLICY_UNCOVERED: "no policy covers it",
  POLICY_WORKSPACE_UNTRUSTED: "workspace not trusted",
  POLICY_DENIED: "rejected by a policy",
  POLICY_SIGNER: "no policy accepts signer",
  POLICY_SIGNATURE_REQUIRED: "a signature is required",
  POLICY_NOT_AUTHENTIC: "signature not valid",
  POLICY_FILES: "files are not signed",
  POLICY_SIGNER_IGNORED: "signer excluded files",
  POLICY_SYMLINKS: "symbolic links were followed",
  POLICY_EXCEPTION: "allowed by exception",
  POLICY_PIN: "not the pinned bytes",
  // The search of a scan
  SEARCH_UNCOVERED: "files without a signature",
  SEARCH_LINK: "symbolic link not followed",
  SEARCH_UNREADABLE: "folder unreadable",
  SEARCH_INCOMPLETE: "not searched completely",
  SEARCH_SPECIAL_FILE: "neither file nor folder",
  SEARCH_PATH_MISSING: "model is missing",
  SEARCH_NOTHING_FOUND: "pattern matches nothing",
  // The model
  MODEL_NOT_FOUND: "no such model",
  MODEL_UNREADABLE: "model unreadable",
  MODEL_EMPTY: "no file to sign",
  MODEL_TOO_LARGE: "too many files",
  MODEL_SYMLINK: "symbolic link",
  MODEL_SYMLINK_CYCLE: "symbolic link cycle",
  MODEL_SPECIAL_FILE: "not a regular file",
  MODEL_NAME_NOT_UTF8: "name is not UTF-8",
  MODEL_NAME_NOT_PORTABLE: "name is not portable",
  MODEL_PRIVATE_KEY: "contains a private key",
  MODEL_NOT_PINNABLE: "cannot be pinned",
  MODEL_ENV_FILE: "contains a .env file",
  MODEL_LFS_POINTER: "content not downloaded",
  MODEL_INCOMPLETE: "model is incomplete",
  IGNORE_PATH: "ignore path not allowed",
  FILE_UNREADABLE: "file unreadable",
  FILE_CHANGED: "file changed while read",
  FILE_NOT_DOWNLOADED: "content not downloaded",
  FILE_LFS_POINTER: "another Git LFS pointer",
  FILE_LINE_ENDINGS: "only line endings differ",
  // The program
  HASHER_FAILED: "hashing failed",
  USAGE: "wrong usage",
  CANCELLED: "cancelled",
  INTERNAL: "internal error",
};

/** For translators. */
export const SHORT_REASONS: readonly string[] = Object.values(REASONS);

/** The first reason of a verdict in at most four words; empty where it has none. */
export function shortReason({ reasons: [reason] }: Pick<Verdict, "reasons">, t: Translate): string {
  return reason === undefined ? "" : shortReasonOf(reason.code, t);
}

export function shortReasonOf(code: ErrorCode, t: Translate): string {
  return t(REASONS[code] ?? code);
}
