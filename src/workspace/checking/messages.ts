import type { DigestModelOptions, ModelManifest } from "../../core/digest.ts";
import { type ErrorDetails, isErrorCode, ProvenanceError } from "../../core/errors.ts";
import type { DigestProgress } from "../../core/hashing/digest-engine.ts";
import type { Inspection } from "../../core/inspect.ts";
import type { PreparedStatement, PrepareOptions } from "../../core/prepare-statement.ts";
import type { SignOptions, SignResult } from "../../core/sign.ts";
import type { Verdict } from "../../core/verdict.ts";
import type { MaterialClaim } from "../../core/verifier.ts";
import type { AuthenticateOptions, VerifyOptions } from "../../core/verify.ts";
import type { PortableTrust } from "./portable-trust.ts";

/** What only one of the two processes can hold. */
type Held = "engine" | "signal" | "onProgress" | "trust" | "prepare" | "identity" | "confirmReplacement";

/** What the process can be asked to do. */
export interface Tasks {
  readClaim(options: { readonly signature: string }): MaterialClaim;
  authenticate(options: Omit<AuthenticateOptions, Held> & { readonly trust: PortableTrust }): Verdict;
  verify(options: Omit<VerifyOptions, Held> & { readonly trust: PortableTrust }): Verdict;
  inspect(options: { readonly signature: string }): Inspection;
  buildManifest(options: Omit<DigestModelOptions, Held>): Pick<ModelManifest, "manifest" | "coverage">;
  prepare(options: Omit<PrepareOptions, Held> & { readonly trust: PortableTrust }): PreparedStatement;
  sign(options: Omit<SignOptions, Held> & { readonly identity: PortableIdentity }): SignResult;
}

/** Keyless signing asks a person and talks to services: that is done where the editor's proxy settings hold. */
export type PortableIdentity = Exclude<SignOptions["identity"], { readonly method: "sigstore" }>;

export type TaskName = keyof Tasks;
export type TaskOptions<K extends TaskName> = Parameters<Tasks[K]>[0];
export type TaskResult<K extends TaskName> = ReturnType<Tasks[K]>;

/** Both sides are built from the same sources and talk through a pipe of their own: nothing here comes from elsewhere. */
export type ToProcess =
  | {
      [K in TaskName]: {
        readonly type: "run";
        readonly id: number;
        readonly task: K;
        readonly options: TaskOptions<K>;
      };
    }[TaskName]
  | { readonly type: "cancel"; readonly id: number }
  /** The next piece of a list of the result. */
  | { readonly type: "piece"; readonly id: number; readonly list: number; readonly from: number }
  | { readonly type: "answer"; readonly ask: number; readonly value?: unknown; readonly error?: PortableError }
  /** The first of all. */
  | { readonly type: "configure"; readonly cache: string };

export type FromProcess =
  | { readonly type: "progress"; readonly id: number; readonly progress: DigestProgress }
  /** A question to who gave the task: {@link ToProcess} `answer`. */
  | {
      readonly type: "ask";
      readonly id: number;
      readonly ask: number;
      readonly question: Question;
      /** What the question is about. */
      readonly about?: unknown;
    }
  | { readonly type: "done"; readonly id: number; readonly result: unknown; readonly lists: readonly LongList[] }
  | { readonly type: "piece"; readonly id: number; readonly items: readonly unknown[] }
  | { readonly type: "failed"; readonly id: number; readonly error: PortableError };

/**
 * What only the side that gave the task knows: the trust in Sigstore, and whether the person agrees to replace a
 * signature (`about` is a `Replacement`).
 */
export type Question = "sigstore" | "newer" | "replacement";

/** A list that was left out of a result, and comes in pieces. */
export interface LongList {
  readonly path: readonly string[];
  readonly length: number;
}

/** An error as it crosses between processes, which would lose its class and code. */
export interface PortableError {
  readonly code?: string;
  readonly message: string;
  readonly details: ErrorDetails;
  readonly stack?: string;
  readonly cause?: PortableError;
}

export function packError(error: unknown): PortableError {
  if (!(error instanceof Error)) return { message: String(error), details: {} };
  const code = error instanceof ProvenanceError ? error.code : undefined;
  const details = error instanceof ProvenanceError ? error.details : {};
  return {
    message: error.message,
    details,
    ...(code !== undefined && { code }),
    ...(error.stack !== undefined && { stack: error.stack }),
    ...(error.cause !== undefined && { cause: packError(error.cause) }),
  };
}

export function unpackError({ code, message, details, stack, cause }: PortableError): Error {
  const from = cause === undefined ? {} : { cause: unpackError(cause) };
  const error =
    code !== undefined && isErrorCode(code)
      ? new ProvenanceError(code, message, { details, ...from })
      : new Error(message, from);
  if (stack !== undefined) error.stack = stack;
  return error;
}
