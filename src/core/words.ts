import type { ErrorCode } from "./errors.ts";
import { changedFileCount } from "./manifest/changed-files.ts";
import type { Comparison } from "./manifest/comparison.ts";
import type { Coverage, StaleCause, Verdict, VerdictState } from "./verdict.ts";
import type { Signer } from "./verification/signer.ts";

/** How one state of a verdict is told. State is never told by colour alone: each has a label and a mark of its own. */
export interface Words {
  readonly label: string;
  /** Name of a codicon. */
  readonly icon: string;
  readonly colour: "green" | "amber" | "red" | "neutral";
  /** One or two characters beside a file's name; absent: nothing to say. */
  readonly badge?: string;
  /** One character before the label, where there are no icons. */
  readonly mark: string;
}

/** The one table of words: every surface reads it. */
export const WORDS: Readonly<Record<VerdictState, Words>> = {
  verified: { label: "Verified", icon: "verified-filled", colour: "green", badge: "✓", mark: "✓" },
  untrusted: { label: "Signer not accepted", icon: "unverified", colour: "amber", badge: "?", mark: "?" },
  modified: { label: "Changed since signing", icon: "error", colour: "red", badge: "✗", mark: "✗" },
  invalid: { label: "Signature not valid", icon: "error", colour: "red", badge: "✗", mark: "✗" },
  unverifiable: { label: "Cannot be checked here", icon: "question", colour: "neutral", mark: "?" },
  unsigned: { label: "Not signed", icon: "circle-outline", colour: "neutral", mark: "○" },
  unchecked: { label: "Not checked yet", icon: "circle-large-outline", colour: "neutral", mark: "○" },
  checking: { label: "Checking…", icon: "sync~spin", colour: "neutral", mark: "…" },
  stale: { label: "Changed on disk, check again", icon: "history", colour: "neutral", mark: "↻" },
};

const EXCEPTION: Words = { label: "Let pass by exception", icon: "warning", colour: "amber", badge: "!", mark: "!" };
const SIGNATURE_DEMANDED: Words = { label: "Not signed", icon: "warning", colour: "amber", badge: "!", mark: "!" };

const STALE: Readonly<Record<StaleCause, string>> = {
  files: WORDS.stale.label,
  policy: "Policy changed, check again",
  trust: "Trust changed, check again",
  restart: "From an earlier window, check again",
};

/**
 * How a verdict is told: by its state and its cause, and where policies add something to that, by their decision. An exception hides
 * neither a change nor a signature that is not valid.
 */
export function wordsFor({
  state,
  decision,
  staleBecause,
}: Pick<Verdict, "state" | "decision" | "staleBecause">): Words {
  if (state === "stale") return { ...WORDS.stale, label: STALE[staleBecause ?? "files"] };
  const isWrong = state === "modified" || state === "invalid";
  if (decision?.outcome === "exception" && !isWrong) return EXCEPTION;
  const demanded = decision?.reasons.some(({ code }) => code === "POLICY_SIGNATURE_REQUIRED") === true;
  return state === "unsigned" && demanded ? SIGNATURE_DEMANDED : WORDS[state];
}

/** The reason in about four words, for a place that has room for no more. The whole sentence is `Reason.message`. */
export const SHORT_REASONS: Readonly<Record<ErrorCode, string>> = {
  SIGNATURE_NOT_FOUND: "no signature file",
  SIGNATURE_UNREADABLE: "signature file unreadable",
  BUNDLE_TOO_LARGE: "signature file too large",
  BUNDLE_TOO_DEEP: "JSON nested too deep",
  BUNDLE_NOT_JSON: "not JSON",
  BUNDLE_BARE_SIGNATURE: "a bare signature",
  BUNDLE_MALFORMED: "malformed bundle",
  BUNDLE_MEDIA_TYPE: "unknown bundle type",
  ENVELOPE_MISSING: "no envelope",
  ENVELOPE_MALFORMED: "malformed envelope",
  ENVELOPE_PAYLOAD_TYPE: "wrong payload type",
  ENVELOPE_SIGNATURE_COUNT: "not exactly one signature",
  MATERIAL_MISSING: "no key or certificate",
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
  SHARD_RANGE: "shards do not fit",
  HASH_UNSUPPORTED: "unsupported hash algorithm",
  METHOD_UNSUPPORTED: "unsupported serialization method",
  ROOT_DIGEST_MISMATCH: "wrong root digest",
  SIGNATURE_NOT_AUTHENTIC: "signature does not fit",
  KEY_MISMATCH: "signed with another key",
  KEY_UNKNOWN: "key not known here",
  KEY_UNREADABLE: "key unreadable",
  KEY_UNSUPPORTED: "unsupported kind of key",
  KEY_PASSPHRASE_REQUIRED: "key needs a passphrase",
  KEY_PASSPHRASE_WRONG: "wrong passphrase",
  SIGNING_METHOD_MISMATCH: "signed with another method",
  CERTIFICATE_MALFORMED: "malformed certificate",
  CERTIFICATE_UNREADABLE: "certificate unreadable",
  CERTIFICATE_EXPIRED: "certificate expired",
  CERTIFICATE_NOT_YET_VALID: "certificate not yet valid",
  CERTIFICATE_UNTRUSTED_ROOT: "root not known here",
  CERTIFICATE_NO_ROOTS: "no root given",
  CERTIFICATE_PATH_INVALID: "certificate chain not valid",
  CERTIFICATE_USAGE: "certificate not for signing",
  CERTIFICATE_KEY_UNSUPPORTED: "unsupported certificate key",
  CERTIFICATE_KEY_MISMATCH: "key and certificate differ",
  CERTIFICATE_IDENTITY: "another identity",
  SIGSTORE_CERTIFICATE: "certificate not valid",
  SIGSTORE_CERTIFICATE_LOG: "certificate not logged",
  SIGSTORE_LOG_ENTRY: "log entry not valid",
  SIGSTORE_TIMESTAMP: "timestamp not valid",
  SIGSTORE_AUTHORITY_UNKNOWN: "issuing authority not known",
  SIGSTORE_LOG_UNKNOWN: "log not known here",
  SIGSTORE_TIMESTAMP_UNKNOWN: "timestamp authority not known",
  SIGSTORE_UNSUPPORTED: "unsupported kind of signature",
  SIGSTORE_PLATFORM: "cryptography fails here",
  SIGSTORE_IDENTITY: "another identity",
  SIGSTORE_IDENTITY_MISSING: "no signer named",
  TRUST_ROOT_MISSING: "no trust root",
  TRUST_ROOT_UNREADABLE: "trust root unreadable",
  TRUST_ROOT_REFRESH: "trust root not refreshed",
  TOKEN_MALFORMED: "not an identity token",
  TOKEN_EXPIRED: "login expired",
  TOKEN_NO_IDENTITY: "token names nobody",
  TOKEN_EMAIL_UNVERIFIED: "e-mail address not verified",
  TOKEN_NOT_FOUND: "no identity token found",
  TOKEN_UNAVAILABLE: "identity token not obtained",
  SIGNING_SERVICES: "no services to use",
  PUBLICATION_DECLINED: "publishing not agreed to",
  SIGNING_CERTIFICATE_FAILED: "no certificate was issued",
  SIGNING_TIMESTAMP_FAILED: "no timestamp was given",
  SIGNING_LOG_FAILED: "not entered into log",
  SIGNING_RESULT_INVALID: "services answered wrongly",
  LOGIN_ISSUER: "identity provider not usable",
  LOGIN_ISSUER_UNREACHABLE: "identity provider not reached",
  LOGIN_ISSUER_FAULT: "identity provider answered wrongly",
  LOGIN_CLIENT_REFUSED: "login client not known",
  LOGIN_REFUSED: "login was refused",
  LOGIN_TIMED_OUT: "login took too long",
  LOGIN_STATE: "answer to another login",
  LOGIN_NONCE: "token of another login",
  LOGIN_PORT: "port for login taken",
  LOGIN_BROWSER: "browser did not open",
  LOGIN_CODE: "login code not accepted",
  LOGIN_NO_DEVICE_CODE: "no device code offered",
  LOGIN_CLOCK: "clocks do not agree",
  LOGIN_NO_EMAIL: "login without e-mail address",
  LOGIN_EMAIL_UNVERIFIED: "e-mail address not verified",
  POLICY_INVALID: "policy cannot be read",
  POLICY_UNCOVERED: "no policy covers it",
  POLICY_WORKSPACE_UNTRUSTED: "workspace not trusted",
  POLICY_DENIED: "refused by a policy",
  POLICY_SIGNER: "no policy accepts signer",
  POLICY_SIGNATURE_REQUIRED: "a signature is demanded",
  POLICY_NOT_AUTHENTIC: "signature not valid",
  POLICY_FILES: "files are not signed",
  POLICY_SIGNER_IGNORED: "signer left files out",
  POLICY_SYMLINKS: "links were followed",
  POLICY_EXCEPTION: "let pass by exception",
  SEARCH_UNCOVERED: "files without a signature",
  SEARCH_LINK: "symbolic link not followed",
  SEARCH_UNREADABLE: "folder unreadable",
  SEARCH_INCOMPLETE: "not searched completely",
  SEARCH_SPECIAL_FILE: "neither file nor folder",
  SEARCH_PATH_MISSING: "model is missing",
  SEARCH_NOTHING_FOUND: "pattern matches nothing",
  MODEL_NOT_FOUND: "no such model",
  MODEL_UNREADABLE: "model unreadable",
  MODEL_EMPTY: "no file to sign",
  MODEL_TOO_LARGE: "too many files",
  MODEL_SYMLINK: "symbolic link",
  MODEL_SYMLINK_CYCLE: "links in a circle",
  MODEL_SPECIAL_FILE: "not a regular file",
  MODEL_NAME_NOT_UTF8: "name is not UTF-8",
  MODEL_NAME_NOT_PORTABLE: "name is not portable",
  MODEL_PRIVATE_KEY: "holds a private key",
  IGNORE_PATH: "ignore path not allowed",
  FILE_UNREADABLE: "file unreadable",
  FILE_CHANGED: "file changed while read",
  SIGNATURE_UNWRITABLE: "signature not written",
  SIGNATURE_WOULD_OVERWRITE: "another file is there",
  SIGNATURE_OTHER_MODEL: "signature of another model",
  SIGNATURE_OTHER_SIGNER: "signature by another signer",
  SIGNATURE_REPLACEMENT_DECLINED: "signature not replaced",
  SIGNATURE_SELF_CHECK: "written signature fails check",
  HASHER_FAILED: "hashing failed",
  USAGE: "wrong usage",
  CANCELLED: "cancelled",
  INTERNAL: "internal error",
};

/** Every text of the tables above: whoever shows them in other languages has to translate these. */
export const TABLE_TEXTS: readonly string[] = [
  ...[...Object.values(WORDS), EXCEPTION, SIGNATURE_DEMANDED].map(({ label }) => label),
  ...Object.values(STALE),
  ...Object.values(SHORT_REASONS),
];

const UNITS = ["kB", "MB", "GB", "TB", "PB", "EB"] as const;

/** Bytes in powers of ten with up to one decimal: `0 B`, `16.1 GB`, `204 MB`. */
export function bytesText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  let value = bytes;
  let unit = "B";
  for (const next of UNITS) {
    // 999.5 would be written as 1000.
    if (value < 999.5) break;
    value /= 1000;
    unit = next;
  }
  return `${value < 99.95 ? value.toFixed(1) : value.toFixed(0)} ${unit}`;
}

/** `12.1 of 35.6 GB`: the unit once, where it is the same. */
export function doneOfText(done: number, total: number): string {
  const [doneNumber, doneUnit] = bytesText(done).split(" ");
  const whole = bytesText(total);
  return whole.endsWith(` ${doneUnit}`) ? `${doneNumber} of ${whole}` : `${bytesText(done)} of ${whole}`;
}

/** A span of time in seconds: `0.4 s`, `9.8 s`, `42 s`, `3 min 05 s`, `1 h 02 min`. */
export function durationText(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const pad = (value: number): string => String(value).padStart(2, "0");
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${pad(Math.floor((whole % 3600) / 60))} min`;
}

/** What is left to wait, in whole seconds: nobody knows it better. */
export function timeLeftText(seconds: number): string {
  return seconds < 59.5 ? `${Math.max(1, Math.round(seconds))} s` : durationText(seconds);
}

export function countText(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** The first characters of a hexadecimal digest, for a line that a person reads. */
export function shortHex(hex: string): string {
  return hex.length > 16 ? `${hex.slice(0, 12)}…` : hex;
}

/** The signer as a name: `key prod.pub`, a certificate's subject, an e-mail address. */
export function signerText(signer: Signer): string {
  switch (signer.method) {
    case "key":
      return `key ${signer.label ?? shortHex(signer.fingerprint)}`;
    case "certificate":
      return signer.subject === "" ? (signer.alternativeNames[0] ?? "a certificate without a name") : signer.subject;
    case "sigstore":
      return signer.identity;
  }
}

/** `2 changed, 1 missing, 1 added`: files, however many of their shards. Empty when nothing differs. */
export function differencesText(comparison: Comparison): string {
  const changed = changedFileCount(comparison);
  const counts: readonly (readonly [number, string])[] = [
    [changed, "changed"],
    [comparison.missing.length, "missing"],
    [comparison.added.length, "added"],
  ];
  return counts
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count} ${word}`)
    .join(", ");
}

/** `14 signed, 16.1 GB read in 9.8 s`, with what came from the cache told apart. */
export function coverageText(coverage: Coverage): string {
  const read = `${bytesText(coverage.bytesRead)} read in ${durationText(coverage.seconds)}`;
  const cached = coverage.bytesFromCache > 0 ? `, ${bytesText(coverage.bytesFromCache)} from earlier checks` : "";
  return `${coverage.files} signed, ${read}${cached}`;
}

/** Hours and minutes of the person's own clock. */
function clockText(time: string): string {
  const date = new Date(time);
  return `${String(date.getHours()).padStart(2, "0")}:${String(date.getMinutes()).padStart(2, "0")}`;
}

function firstReason(verdict: Verdict): string {
  const [reason] = verdict.reasons;
  return reason === undefined ? "" : SHORT_REASONS[reason.code];
}

/** What stands beside a model's name in a list: the signer, what differs, or the reason in four words. */
export function describe(verdict: Verdict): string {
  switch (verdict.state) {
    case "verified":
    case "untrusted":
      return verdict.signer === undefined ? "" : signerText(verdict.signer);
    case "modified":
      return verdict.comparison === undefined ? firstReason(verdict) : differencesText(verdict.comparison);
    case "invalid":
    case "unverifiable":
      return firstReason(verdict);
    case "unsigned":
      return "not signed";
    case "unchecked":
      return "signed, not checked";
    case "checking":
      return "checking";
    case "stale": {
      const was = verdict.comparison?.matches === true && verdict.reasons.length === 0 ? "was verified" : "was checked";
      return verdict.checkedAt === undefined ? was : `${was} ${clockText(verdict.checkedAt)}`;
    }
  }
}

/** Why a signer whose files match is not accepted, after "but". */
function objection({ decision }: Verdict): string {
  const code = decision?.reasons[0]?.code;
  if (code === undefined || code === "POLICY_SIGNER") return "nobody here accepts this signer";
  return code === "POLICY_WORKSPACE_UNTRUSTED"
    ? "only policies of an untrusted workspace cover it"
    : SHORT_REASONS[code];
}

/** The verdict in one line that stands alone: `Verified: llama-3-8b is what key prod.pub signed, unchanged`. */
export function verdictLine(verdict: Verdict, modelName: string): string {
  const { label } = wordsFor(verdict);
  const signer = verdict.signer === undefined ? "its signer" : signerText(verdict.signer);
  switch (verdict.state) {
    case "verified":
      return `${label}: ${modelName} is what ${signer} signed, unchanged`;
    case "untrusted":
      if (verdict.decision?.outcome === "exception") return `${label}: ${modelName}, signed by ${signer}`;
      return `${label}: ${modelName} is what ${signer} signed, unchanged, but ${objection(verdict)}`;
    case "modified":
    case "invalid":
    case "unverifiable": {
      const why = describe(verdict);
      return why === "" ? `${label}: ${modelName}` : `${label}: ${modelName}, ${why}`;
    }
    default:
      return `${label}: ${modelName}`;
  }
}
