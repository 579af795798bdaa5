import { DIGEST_BYTES, type DigestRequest, type HashAlgorithm } from "./digest-request.ts";
import type { HashJob, HashPlan } from "./hash-plan.ts";

/** A run as one thread sends it to another: memory is shared, two texts are copied in a tenth of the time of many. */
export interface RunData {
  readonly algorithm: HashAlgorithm;
  readonly shardSize: number | undefined;
  readonly plan: HashPlan;
  /** Absolute paths, separated by NUL: the one character that no path holds. */
  readonly paths: string;
  /** See `statLine`; a line a file. */
  readonly states: string;
  /** The cursor and the like, see {@link HashRun}. */
  readonly control: SharedArrayBuffer;
  readonly digests: SharedArrayBuffer;
}

/** Positions in the control. */
const CURSOR = 0;
const STOP = 1;
const FILE = 2;
const WORDS = 4;

/**
 * One running request, shared by its threads without messages: each takes the next job from a shared cursor, writes
 * digests to shared memory, and reads there whether to stop.
 */
export class HashRun {
  readonly data: RunData;
  readonly #words: Int32Array;
  readonly #bytes: BigInt64Array;
  readonly #digests: Buffer;
  /** Only where files are read. */
  #paths: readonly string[] | undefined;
  #states: readonly string[] | undefined;

  constructor(data: RunData) {
    this.data = data;
    this.#words = new Int32Array(data.control, 0, WORDS);
    this.#bytes = new BigInt64Array(data.control, WORDS * 4, 1);
    this.#digests = Buffer.from(data.digests);
  }

  static create(
    { algorithm, shardSize, files }: Pick<DigestRequest, "algorithm" | "shardSize" | "files">,
    plan: HashPlan,
  ): HashRun {
    return new HashRun({
      algorithm,
      shardSize,
      plan,
      paths: files.map(({ path }) => path).join("\0"),
      states: files.map(({ state }) => state).join("\n"),
      control: new SharedArrayBuffer(WORDS * 4 + 8),
      digests: new SharedArrayBuffer((plan.firstDigest.at(-1) ?? 0) * DIGEST_BYTES[algorithm]),
    });
  }

  /** Takes the next job, unless there is none or the run was stopped. */
  next(): HashJob | undefined {
    if (this.stopped) return undefined;
    const at = Atomics.add(this.#words, CURSOR, 1) * 3;
    const [file, from, to] = this.data.plan.jobs.subarray(at, at + 3);
    if (file === undefined || from === undefined || to === undefined) return undefined;
    return file === -1 ? { kind: "batch", from, to } : { kind: "range", file, from, to };
  }

  /** Stops every thread after its current block. */
  stop(): void {
    Atomics.store(this.#words, STOP, 1);
  }

  get stopped(): boolean {
    return Atomics.load(this.#words, STOP) === 1;
  }

  path(file: number): string {
    this.#paths ??= this.data.paths.split("\0");
    return this.#paths[file] ?? "";
  }

  state(file: number): string {
    this.#states ??= this.data.states.split("\n");
    return this.#states[file] ?? "";
  }

  /** A file is being read now. */
  begin(file: number): void {
    Atomics.store(this.#words, FILE, file + 1);
  }

  addBytes(bytes: number): void {
    Atomics.add(this.#bytes, 0, BigInt(bytes));
  }

  /** Bytes hashed so far, and a file that is being read. */
  get progress(): { readonly bytes: number; readonly file: number | undefined } {
    const file = Atomics.load(this.#words, FILE);
    return { bytes: Number(Atomics.load(this.#bytes, 0)), file: file === 0 ? undefined : file - 1 };
  }

  /** Writes the digest at a position, lower-case hex. */
  put(position: number, hex: string): void {
    const width = DIGEST_BYTES[this.data.algorithm];
    const written = this.#digests.write(hex, position * width, width, "hex");
    if (written !== width) throw new Error("a digest of the wrong length");
  }

  /** A job of the file is done. */
  complete(file: number): void {
    Atomics.sub(this.data.plan.jobsOfFile, file, 1);
  }

  /** Whether a file that was to be read was read whole and found unchanged. */
  hasRead(file: number): boolean {
    return Atomics.load(this.data.plan.jobsOfFile, file) === 0;
  }

  /** The digests of a file, lower-case hex, end to end. */
  hex(file: number): string {
    const width = DIGEST_BYTES[this.data.algorithm];
    const [from = 0, to = 0] = this.data.plan.firstDigest.subarray(file, file + 2);
    return this.#digests.toString("hex", from * width, to * width);
  }
}
