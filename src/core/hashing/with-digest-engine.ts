import type { ModelFile } from "../model/file-list.ts";
import type { DigestEngine, DigestOptions, DigestRequest, DigestResult, GrowingRequest } from "./digest-engine.ts";
import type { Measure } from "./measure.ts";

/** Below both, starting a process takes longer than reading. */
const SMALL_BYTES = 16 * 1024 * 1024;
const SMALL_FILES = 256;

export interface EngineChoice {
  readonly engine?: DigestEngine;
  /** Absolute path of the folder where digests are kept between runs; only where no engine is given. */
  readonly cache?: string;
}

/** Digests one model. */
export interface ModelDigester {
  /**
   * To be told of every file that will be digested, as it is found: where there is much to read, it is read beside the
   * listing.
   */
  readonly onFile: (file: ModelFile) => void;
  /** The digests of the files told, when the list is complete, in the order of `files`. Rejects as `DigestEngine` does. */
  digest(files: readonly ModelFile[]): Promise<DigestResult>;
}

/**
 * Runs `use` with the engine given, or with one that lives only that long: in a process of its own, or on this thread
 * where there is little to read.
 */
export async function withDigestEngine<T>(
  options: EngineChoice & DigestOptions,
  request: Omit<DigestRequest, "files">,
  use: (digester: ModelDigester) => Promise<T>,
): Promise<T> {
  const digester = new EngineDigester(options, request);
  try {
    return await use(digester);
  } finally {
    await digester.dispose();
  }
}

class EngineDigester implements ModelDigester {
  readonly #options: EngineChoice & DigestOptions;
  readonly #request: Omit<DigestRequest, "files">;
  readonly #amount = { files: 0, bytes: 0 };
  /** Files that are told before an engine is there. */
  #waiting: ModelFile[] = [];
  #own: Promise<DigestEngine> | undefined;
  /** The listing. */
  #isOver = false;
  #beginning: Promise<void> | undefined;
  #begun: GrowingRequest | undefined;

  constructor(options: EngineChoice & DigestOptions, request: Omit<DigestRequest, "files">) {
    this.#options = options;
    this.#request = request;
  }

  readonly onFile = (file: ModelFile): void => {
    const { mode = "full" } = this.#request;
    // What comes from the cache needs no process.
    if (mode !== "full") return;
    if (this.#begun !== undefined) {
      this.#begun.add(file);
      return;
    }
    this.#amount.files++;
    this.#amount.bytes += file.size;
    this.#waiting.push(file);
    if (this.#beginning !== undefined || isSmall(this.#amount)) return;
    this.#beginning = this.#begin();
    // Whoever asks for the digests hears of it.
    this.#beginning.catch(() => {});
  };

  async digest(files: readonly ModelFile[]): Promise<DigestResult> {
    this.#isOver = true;
    await this.#beginning;
    if (this.#begun !== undefined) return this.#begun.finish(files);
    const engine = this.#options.engine ?? (await this.#ownEngine(isSmall(amountOf(files))));
    return engine.digest({ ...this.#request, files }, this.#options);
  }

  async dispose(): Promise<void> {
    this.#isOver = true;
    this.#begun?.cancel();
    await this.#own?.then(
      (engine) => engine.dispose(),
      () => {},
    );
  }

  async #begin(): Promise<void> {
    const engine = this.#options.engine ?? (await this.#ownEngine(false));
    await new Promise((resolve) => setImmediate(resolve));
    // A list that is complete by now tells how much there is to read; one that failed, that nobody wants it.
    if (this.#isOver) return;
    const { mode: _, ...request } = this.#request;
    this.#begun = engine.begin?.({ ...request, files: this.#waiting }, this.#options);
    this.#waiting = [];
  }

  #ownEngine(small: boolean): Promise<DigestEngine> {
    this.#own ??= small ? createInProcess() : createProcess(this.#options.cache);
    return this.#own;
  }
}

type Amount = Pick<Measure, "files" | "bytes">;

function amountOf(files: readonly ModelFile[]): Amount {
  return { files: files.length, bytes: files.reduce((sum, { size }) => sum + size, 0) };
}

function isSmall({ files, bytes }: Amount): boolean {
  return files <= SMALL_FILES && bytes <= SMALL_BYTES;
}

async function createInProcess(): Promise<DigestEngine> {
  const { createInProcessEngine } = await import("./in-process-engine.ts");
  return createInProcessEngine();
}

async function createProcess(cache: string | undefined): Promise<DigestEngine> {
  const { createDigestEngine } = await import("./child-engine.ts");
  return createDigestEngine(cache === undefined ? {} : { cache: { directory: cache } });
}
