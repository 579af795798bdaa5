import type { ModelFile } from "../model/file-list.ts";
import { DigestCollector } from "./digest-collector.ts";
import type { DigestOptions, DigestRequest, DigestResult } from "./digest-engine.ts";
import type { Measure } from "./measure.ts";
import type { FromHasher } from "./protocol.ts";

/** A list of files that grows until it is complete. */
export interface GrowingList {
  readonly files: readonly ModelFile[];
  /** What the files so far come to. */
  readonly measure: Measure;
  readonly isComplete: boolean;
  /** Resolves when it has so many files, or is complete. */
  reaches(count: number): Promise<void>;
}

/** A request as the client keeps it until it is answered, so that a new process can take it up from its beginning. */
export class PendingRequest {
  readonly id: number;
  readonly head: Omit<DigestRequest, "files">;
  readonly list: GrowingList;
  /** Digests in the order of the list. */
  readonly result: Promise<DigestResult>;
  /** Starts of a process that this request has cost. */
  crashes = 0;
  /** Runs while a cancelled request waits for the process to let go of it. */
  patience: NodeJS.Timeout | undefined;
  readonly #options: DigestOptions;
  readonly #onAbort: () => void;
  #collector: DigestCollector;
  #resolve: (result: DigestResult) => void = () => {};
  #reject: (error: unknown) => void = () => {};

  constructor(
    id: number,
    head: Omit<DigestRequest, "files">,
    list: GrowingList,
    options: DigestOptions,
    onAbort: () => void,
  ) {
    this.id = id;
    this.head = head;
    this.list = list;
    this.#options = options;
    this.#onAbort = onAbort;
    this.#collector = this.#newCollector();
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Whoever lists may ask for the result only when the list is complete.
    this.result.catch(() => {});
    options.signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  get signal(): AbortSignal | undefined {
    return this.#options.signal;
  }

  /** How much there is to do is not known before the list is complete. */
  progress({ done, file }: Extract<FromHasher, { type: "progress" }>): void {
    if (!this.list.isComplete) return;
    const name = file === undefined ? undefined : this.list.files[file]?.name;
    this.#options.onProgress?.({
      bytesDone: done,
      bytesTotal: this.list.measure.bytes,
      ...(name !== undefined && { file: name }),
    });
  }

  /** Throws a RangeError for more digests than there can be. */
  collect(hex: string): void {
    this.#collector.add(hex);
  }

  /** What came back of a process that is gone is forgotten. */
  startOver(): void {
    this.#collector = this.#newCollector();
  }

  /** Throws a RangeError where a digest is missing. */
  done({ bytesRead, bytesFromCache }: Extract<FromHasher, { type: "done" }>): void {
    const digests = this.#collector.end();
    this.#settle();
    this.#resolve({ digests, bytesRead, bytesFromCache });
  }

  fail(error: unknown): void {
    this.#settle();
    this.#reject(error);
  }

  #settle(): void {
    clearTimeout(this.patience);
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
  }

  #newCollector(): DigestCollector {
    return new DigestCollector({ ...this.head, files: this.list.files });
  }
}
