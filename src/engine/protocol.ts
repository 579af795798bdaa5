import type { DigestProgress } from "../core/hashing/digest-request.ts";
import type { BomOptions } from "../core/operations/bill-of-materials.ts";
import type { PinOptions, PinPlan } from "../core/operations/policy/pin-model.ts";
import type { PreviewedModel, PreviewOptions } from "../core/operations/policy/policy-preview.ts";
import type { PreparedStatement, PrepareOptions } from "../core/operations/sign/prepare-statement.ts";
import type { SignOptions, SignResult } from "../core/operations/sign/sign.ts";
import type { AuthenticateOptions } from "../core/operations/verify/verify.ts";
import type { CachedModel, HubLookup } from "../core/origin/hub-lookup.ts";
import type { OriginReport } from "../core/origin/origin.ts";
import type { Replacement } from "../core/signing/replacement.ts";
import type { Verdict } from "../core/verdict.ts";
import type { CheckRequest } from "./check-model.ts";
import type { PolicyLocation } from "./policy-source.ts";
import type { PortableError } from "./portable-error.ts";
import type { PortableTrust, SigstoreQuestion } from "./portable-trust.ts";
import type { ResigningOptions, ResigningPreview } from "./resigning-preview.ts";
import type { SearchRequest, SearchResult } from "./search-models.ts";
import type { OpenSignatureCalls } from "./signature-view/requests.ts";
import type { PreviewedSigning, SigningPreview } from "./signing-preview.ts";

// Both sides are built from the same sources and talk through a private pipe, by structured clone: bytes and dates
// cross unchanged. No message comes from anywhere else.

/** Options that cannot cross to the other side. */
type Local = "pool" | "cache" | "signal" | "onProgress" | "trust" | "prepare" | "identity" | "confirmReplacement";

/** What the engine can be asked to do. */
export interface EngineCalls extends OpenSignatureCalls {
  searchModels(options: SearchRequest): SearchResult;
  findSignatures(options: { readonly model: string }): readonly string[];
  findOrigin(options: { readonly model: string; readonly checkDigests: boolean }): OriginReport;
  lookUpHubModel(options: HubLookup): CachedModel | undefined;
  billOfMaterials(options: Omit<BomOptions, Local>): string;
  planPin(options: Omit<PinOptions, Local | "mode">): PinPlan;
  /** An estimate, in bytes; see `measure`. */
  sizeHint(options: { readonly model: string }): number;
  previewSigning(options: PreviewedSigning): SigningPreview;
  authenticate(options: Omit<AuthenticateOptions, Local> & { readonly trust: PortableTrust }): Verdict;
  check(options: Omit<CheckRequest, "trust"> & { readonly trust: PortableTrust }): Verdict;
  previewPolicy(
    options: Omit<PreviewOptions, "publicSigstore"> & { readonly policy: PolicyLocation },
  ): PreviewedModel[];
  previewResigning(options: ResigningOptions): ResigningPreview | undefined;
  prepare(options: Omit<PrepareOptions, Local> & { readonly trust: PortableTrust }): PreparedStatement;
  sign(options: Omit<SignOptions, Local> & { readonly identity: PortableIdentity }): SignResult;
}

/**
 * Keyless signing asks a person and connects to services, so it runs where the editor's proxy settings apply. Tokens and
 * plugins need the user's environment, which the engine does not have.
 */
export type PortableIdentity = Extract<SignOptions["identity"], { readonly method: "key" | "certificate" }>;

/** Calls whose options and result are those of the function of that name. */
export type PlainCall = Exclude<
  CallName,
  keyof OpenSignatureCalls | "authenticate" | "check" | "previewPolicy" | "prepare" | "sign"
>;
export type CallName = keyof EngineCalls;
export type CallOptions<K extends CallName> = Parameters<EngineCalls[K]>[0];
export type CallResult<K extends CallName> = ReturnType<EngineCalls[K]>;

export type ToEngine =
  | {
      [K in CallName]: {
        readonly type: "call";
        readonly id: number;
        readonly call: K;
        readonly options: CallOptions<K>;
      };
    }[CallName]
  | { readonly type: "cancel"; readonly id: number }
  /** The next piece of a list of the result. */
  | { readonly type: "piece"; readonly id: number; readonly list: number; readonly from: number }
  | { readonly type: "answer"; readonly ask: number; readonly value?: unknown; readonly error?: PortableError };

export type FromEngine =
  | { readonly type: "progress"; readonly id: number; readonly progress: DigestProgress }
  /** A question to the caller: {@link ToEngine} `answer`. */
  | { readonly type: "ask"; readonly id: number; readonly ask: number; readonly question: Question }
  | { readonly type: "done"; readonly id: number; readonly result: unknown; readonly lists: readonly LongList[] }
  | { readonly type: "piece"; readonly id: number; readonly items: readonly unknown[] }
  | { readonly type: "failed"; readonly id: number; readonly error: PortableError };

/** What the engine asks the caller during a call. */
export type Question =
  | SigstoreQuestion
  /** Before any file of the model is read; the check continues with the answer. */
  | { readonly about: "begin"; readonly signatures: readonly string[] }
  /** Whether to replace a signature. */
  | { readonly about: "replacement"; readonly replacement: Replacement };

/** A list that is not in the result and is fetched in pieces. */
export interface LongList {
  readonly path: readonly string[];
  readonly length: number;
}
