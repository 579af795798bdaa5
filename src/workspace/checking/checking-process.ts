import type { DigestModelOptions } from "../../core/digest.ts";
import { ProvenanceError, throwIfCancelled } from "../../core/errors.ts";
import type { DigestProgress } from "../../core/hashing/digest-engine.ts";
import type { Inspection } from "../../core/inspect.ts";
import type { SignOptions, SignResult } from "../../core/sign.ts";
import type { Replacement } from "../../core/signing/replacement.ts";
import type { Trust } from "../../core/trust.ts";
import type { Verdict } from "../../core/verdict.ts";
import type { MaterialClaim, Verifier } from "../../core/verifier.ts";
import type { AuthenticateOptions, VerifyOptions } from "../../core/verify.ts";
import { frozen } from "../frozen.ts";
import { CheckingChild, type ChildOptions } from "./checking-child.ts";
import { listAt } from "./long-lists.ts";
import {
  type FromProcess,
  packError,
  type Question,
  type TaskName,
  type TaskOptions,
  type TaskResult,
  type ToProcess,
  unpackError,
} from "./messages.ts";
import { packTrust, SigstoreAnswers } from "./portable-trust.ts";

/** Milliseconds with nothing to do after which the process ends. */
const IDLE_MS = 30_000;

export interface ProcessOptions extends ChildOptions {
  readonly idleMs?: number;
}

type Answer = (question: Question, about: unknown) => Promise<unknown>;

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly onProgress: ((progress: DigestProgress) => void) | undefined;
  readonly answer: Answer | undefined;
  /** Takes the next piece of a long list, while they are fetched. */
  takePiece?: (items: readonly unknown[]) => void;
}

interface Held {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: DigestProgress) => void) | undefined;
  readonly answer?: Answer;
  /** Whether whoever cancels need not know how it ended. */
  readonly leaveAtOnce?: boolean;
}

/**
 * Verifies and signs in a process of its own, which starts when it is needed: reading a signature of a million files
 * takes seconds, in which nothing else could happen here, and memory, which is then gone with the process. What comes
 * back is the same as without it. When the process ends before it has answered, nothing is known of the model: that is
 * an error, and no verdict.
 */
export class CheckingProcess implements Verifier {
  readonly #options: ProcessOptions;
  readonly #pending = new Map<number, Pending>();
  #child: CheckingChild | undefined;
  #idle: NodeJS.Timeout | undefined;
  #nextId = 0;
  #disposed = false;

  constructor(options: ProcessOptions) {
    this.#options = options;
  }

  /** Whether there is a process now. */
  get isRunning(): boolean {
    return this.#child !== undefined;
  }

  readClaim(signature: string): Promise<MaterialClaim> {
    return this.#run("readClaim", { signature });
  }

  authenticate({ trust, ...options }: AuthenticateOptions): Promise<Verdict> {
    return this.#run("authenticate", { ...options, trust: packTrust(trust) }, { answer: answering(trust) });
  }

  /** A digest engine is not taken over: the process has the one of the window. */
  verify({ trust, signal, onProgress, engine: _, ...options }: VerifyOptions): Promise<Verdict> {
    const held = { signal, onProgress, answer: answering(trust), leaveAtOnce: true };
    return this.#run("verify", { ...options, trust: packTrust(trust) }, held);
  }

  /** As the core's `sign`; keyless signatures are made here, of a statement that the process has written. */
  async sign(options: SignOptions): Promise<SignResult> {
    const { signal, onProgress, confirmReplacement, engine: _, prepare: __, ...portable } = options;
    const { identity } = portable;
    if (identity.method !== "sigstore") {
      // The other side is this code, too.
      const answer: Answer = async (_question, about) => confirmReplacement?.(about as Replacement);
      return this.#run("sign", { ...portable, identity }, { signal, onProgress, answer });
    }
    const { sign } = await import("../../core/sign.ts");
    return sign({
      ...options,
      prepare: ({ signal: ___, engine: ____, onProgress: _____, trust, ...rest }) => {
        const held = { signal, onProgress, answer: answering(trust), leaveAtOnce: true };
        return this.#run("prepare", { ...rest, trust: packTrust(trust) }, held);
      },
    });
  }

  inspect(signature: string): Promise<Inspection> {
    return this.#run("inspect", { signature });
  }

  /** What a signature that is made now would say. */
  buildManifest({ signal, onProgress, engine: _, ...options }: DigestModelOptions) {
    return this.#run("buildManifest", options, { signal, onProgress, leaveAtOnce: true });
  }

  /** Ends the process, and the hashing process with it. Tasks under way reject with `CANCELLED`. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    await this.#end(new ProvenanceError("CANCELLED", "Cancelled."));
  }

  async #run<K extends TaskName>(task: K, options: TaskOptions<K>, held: Held = {}): Promise<TaskResult<K>> {
    const { signal, onProgress, answer, leaveAtOnce = false } = held;
    throwIfCancelled(signal);
    if (this.#disposed) throw new ProvenanceError("CANCELLED", "Cancelled.");
    const id = this.#nextId++;
    const child = this.#started();
    const cancel = (): void => {
      child.send({ type: "cancel", id });
      if (!leaveAtOnce) return;
      this.#settle(id)?.reject(new ProvenanceError("CANCELLED", "Cancelled.", { cause: signal?.reason }));
    };
    signal?.addEventListener("abort", cancel, { once: true });
    try {
      const result = await new Promise<unknown>((resolve, reject) => {
        this.#pending.set(id, { resolve, reject, onProgress, answer });
        // Its shape is that of the task: see `ToProcess`.
        child.send({ type: "run", id, task, options } as ToProcess);
      });
      // The other side is this code, too.
      return result as TaskResult<K>;
    } catch (error) {
      // What cannot be copied was never sent.
      this.#settle(id);
      throw error;
    } finally {
      signal?.removeEventListener("abort", cancel);
    }
  }

  #started(): CheckingChild {
    clearTimeout(this.#idle);
    if (this.#child !== undefined) return this.#child;
    const child: CheckingChild = new CheckingChild(
      this.#options,
      (message) => this.#hear(message),
      (reason) => this.#lost(child, reason),
    );
    this.#child = child;
    return child;
  }

  #hear(message: FromProcess): void {
    const pending = this.#pending.get(message.id);
    if (pending === undefined) return;
    switch (message.type) {
      case "progress":
        pending.onProgress?.(message.progress);
        return;
      case "ask":
        void this.#answer(message, pending);
        return;
      case "done":
        this.#fetchLists(message, pending).catch((error: Error) => this.#settle(message.id)?.reject(error));
        return;
      case "piece":
        pending.takePiece?.(message.items);
        return;
      case "failed":
        this.#settle(message.id)?.reject(unpackError(message.error));
        return;
    }
  }

  /** A piece at a time, so that other work has its turn in between. */
  async #fetchLists({ id, result, lists }: Extract<FromProcess, { type: "done" }>, pending: Pending): Promise<void> {
    for (const [list, { path, length }] of lists.entries()) {
      const items = listAt(result, path);
      while (items.length < length) {
        const piece = await new Promise<readonly unknown[]>((resolve) => {
          pending.takePiece = resolve;
          this.#child?.send({ type: "piece", id, list, from: items.length });
        });
        items.push(...piece.map(frozen));
      }
      // All at once, later, would take as long as the list is.
      Object.freeze(items);
    }
    this.#settle(id)?.resolve(result);
  }

  async #answer({ ask, question, about }: Extract<FromProcess, { type: "ask" }>, { answer }: Pending): Promise<void> {
    try {
      this.#child?.send({ type: "answer", ask, value: await answer?.(question, about) });
    } catch (error) {
      this.#child?.send({ type: "answer", ask, error: packError(error) });
    }
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (this.#pending.size === 0 && this.#child !== undefined) {
      clearTimeout(this.#idle);
      this.#idle = setTimeout(() => void this.#end(), this.#options.idleMs ?? IDLE_MS).unref();
    }
    return pending;
  }

  async #end(error?: Error): Promise<void> {
    clearTimeout(this.#idle);
    const child = this.#child;
    this.#child = undefined;
    if (error !== undefined) this.#failAll(error);
    await child?.retire();
  }

  #lost(child: CheckingChild, reason: string): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    clearTimeout(this.#idle);
    const message = `The check was not finished: ${reason}. Check the model again.`;
    this.#failAll(new ProvenanceError("INTERNAL", message));
  }

  #failAll(error: Error): void {
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of pending) reject(error);
  }
}

function answering(trust: Trust): Answer {
  const answers = new SigstoreAnswers(trust.sigstore);
  return (question) => (question === "sigstore" ? answers.sigstore() : answers.newer());
}
