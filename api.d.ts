/**
 * What the extension `model-provenance.model-provenance` provides to other extensions. Copy this file, or use the types
 * of `model-provenance/api`; docs/api.md has an example.
 *
 * Version 2: fields may be added, none is removed or changes its meaning. Anything else is another version.
 */
import type { Event, Uri } from "vscode";

export interface ModelProvenanceApi {
  readonly version: 2;
  /**
   * The current verdict of the model at that path: a folder, or a single file. Undefined if there is no model; a
   * file of a model is not one. It reads nothing.
   */
  getVerdict(uri: Uri): ModelVerdict | undefined;
  /**
   * Where the model at that path was downloaded from, as far as it was read by now. The records are on this machine and
   * not signed: it is no verdict, and changes none.
   */
  getOrigin(uri: Uri): ModelOrigin | undefined;
  /** The models whose verdict changed, and those that were added or removed. */
  readonly onDidChangeVerdict: Event<readonly Uri[]>;
}

/**
 * - `verified`: authentic, files unchanged, and the signer is accepted here. Only this is a positive answer.
 * - `pinned`: not signed, and its bytes are those that a policy pins
 * - `untrusted`: authentic, files unchanged, but the signer is not accepted here
 * - `modified`: authentic, but files changed, are missing or were added since
 * - `invalid`: the signature is malformed or not authentic
 * - `unverifiable`: can't be verified here
 * - `unsigned`: no signature
 * - `unchecked`: signed, files not read yet
 * - `checking`
 * - `stale`: was checked, and may no longer be so
 */
export type ModelState =
  | "verified"
  | "pinned"
  | "untrusted"
  | "modified"
  | "invalid"
  | "unverifiable"
  | "unsigned"
  | "unchecked"
  | "checking"
  | "stale";

/** All text in it that came with a model (names, identities, messages made of them) is untrusted: show it as text. */
export interface ModelVerdict {
  readonly state: ModelState;
  /** Absolute path of the model. */
  readonly model: string;
  /** Absolute path of the signature file. */
  readonly signature?: string;
  /** Only if the signature is authentic. */
  readonly signer?: ModelSigner;
  /** Why the verdict is what it is. */
  readonly reasons: readonly ModelReason[];
  /** The decision of the policies, if there are any. */
  readonly decision?: ModelDecision;
  /** What the signature covers; only after files were read. */
  readonly coverage?: ModelCoverage;
  /** What differs; only after files were read. Names are relative to the model, `/` separated. */
  readonly comparison?: ModelComparison;
  /** Lower-case hex of the digest that the signature is about; authenticated. */
  readonly rootDigest?: string;
  /** RFC 3339. */
  readonly checkedAt?: string;
  /** Whether every byte was read, or digests of files that did not change came from a cache. */
  readonly reading?: "full" | "cached";
}

export interface ModelOrigin {
  readonly source: "huggingface" | "git-lfs" | "ollama";
  /** `ORG/NAME` at huggingface.co and in Ollama's registry; with the host elsewhere. */
  readonly repository?: string;
  /** The commit; of Ollama the tag. */
  readonly revision?: string;
  /** Package URL. */
  readonly purl?: string;
  /** `record`: a tool recorded the download. `claim`: only the model's own file says so. */
  readonly basis: "record" | "claim";
  /** Names, grouped by comparison with the record. */
  readonly files: {
    readonly match: readonly string[];
    readonly changed: readonly string[];
    readonly missing: readonly string[];
    readonly extra: readonly string[];
    readonly unrecorded: readonly string[];
    /** Names and sizes match; the digests were not compared. */
    readonly unchecked?: readonly string[];
  };
}

export type ModelSigner =
  | { readonly method: "key"; readonly fingerprint: string; readonly label?: string }
  | { readonly method: "certificate"; readonly subject: string; readonly issuer: string }
  | { readonly method: "sigstore"; readonly identity: string; readonly issuer: string };

export interface ModelReason {
  /** Such as `SIGNATURE_NOT_AUTHENTIC`; codes may be added. */
  readonly code: string;
  /** One sentence to display. Plain text. */
  readonly message: string;
}

export interface ModelDecision {
  readonly outcome: "accepted" | "pinned" | "exception" | "unsigned" | "warned" | "refused" | "uncovered";
  readonly policies: readonly {
    readonly policy: { readonly name: string; readonly file: string; readonly line: number };
    readonly mode: "enforce" | "warn";
    readonly satisfied: boolean;
  }[];
}

export interface ModelCoverage {
  /** How many files the signature covers. */
  readonly files: number;
  /** Bytes of those files. */
  readonly bytes: number;
  /** What exists and is excluded, and by whom. */
  readonly ignored: readonly {
    readonly name: string;
    readonly source: "default" | "signature" | "signer" | "caller";
  }[];
  /** What the default paths exclude besides git's own files: the first names, and how many there are. */
  readonly hidden?: { readonly names: readonly string[]; readonly count: number; readonly complete: boolean };
}

export interface ModelComparison {
  readonly matches: boolean;
  /** Digests are lower-case hex; a file in shards is named once for each that changed. */
  readonly changed: readonly { readonly name: string; readonly expected?: string; readonly found?: string }[];
  readonly missing: readonly { readonly name: string }[];
  readonly added: readonly { readonly name: string }[];
}
