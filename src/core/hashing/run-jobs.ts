import fs from "node:fs";
import { createDigest, type MessageDigest } from "./algorithms.ts";
import { FileReadError, type ReadFailure } from "./file-read-error.ts";
import { assertEnd, assertUnchanged, failEndedEarly, openSnapshot, readBlock, readFailed } from "./file-snapshot.ts";
import { BLOCK_BYTES, type HashJob, SMALL_FILE_BYTES } from "./hash-plan.ts";
import type { HashRun } from "./hash-run.ts";

/** A file that could not be hashed, by its position in the request. */
export interface FailedFile {
  readonly file: number;
  readonly failure: ReadFailure;
}

export interface RunOptions {
  /** Milliseconds after which the event loop gets its turn between two jobs; absent: never. */
  readonly sliceMs?: number;
  /** Reads large files without blocking the thread. */
  readonly readsAhead: boolean;
}

/** Bytes between checks of a large file, so that a change is reported early. */
const CHECK_BYTES = 256 * 1024 * 1024;

/** Runs the jobs of a run until none is left. Returns the file that failed, if any. */
export async function runJobs(run: HashRun, options: RunOptions): Promise<FailedFile | undefined> {
  const digest = await createDigest(run.data.algorithm);
  let pause = performance.now() + (options.sliceMs ?? Infinity);
  for (let job = run.next(); job !== undefined; job = run.next()) {
    const failed = job.kind === "batch" ? runBatch(run, job, digest) : await runRange(run, job, digest, options);
    if (failed !== undefined) {
      run.stop();
      return failed;
    }
    if (performance.now() < pause) continue;
    await new Promise((resolve) => setImmediate(resolve));
    pause = performance.now() + (options.sliceMs ?? Infinity);
  }
  return undefined;
}

/** Buffers of this thread, reused between jobs. */
let smallBlock: Buffer | undefined;
let block: Buffer | undefined;

function runBatch(
  run: HashRun,
  { from, to }: Extract<HashJob, { kind: "batch" }>,
  digest: MessageDigest,
): FailedFile | undefined {
  const { order, firstDigest } = run.data.plan;
  for (const file of order.subarray(from, to)) {
    if (run.stopped) return undefined;
    run.begin(file);
    try {
      const bytes = readWhole(run.path(file), run.state(file));
      const [position = 0, next = 0] = firstDigest.subarray(file, file + 2);
      if (next > position) run.put(position, digest.whole(bytes));
      run.addBytes(bytes.length);
      run.complete(file);
    } catch (error) {
      return failedFile(file, error);
    }
  }
  return undefined;
}

/** The bytes of a small file, valid until the next call. It is checked once, after the last byte. */
function readWhole(path: string, state: string): Uint8Array {
  const size = Number(state.slice(0, state.indexOf(" ")));
  if (!(size <= SMALL_FILE_BYTES)) throw new Error("too large to be read whole");
  smallBlock ??= Buffer.allocUnsafeSlow(SMALL_FILE_BYTES);
  const fd = openSnapshot(path);
  try {
    let filled = 0;
    while (filled < size) {
      const got = readBlock(fd, state, smallBlock.subarray(filled, size), filled);
      if (got === 0) failEndedEarly(fd, state, size, filled);
      filled += got;
    }
    assertUnchanged(fd, state);
    assertEnd(fd, state, size);
    return smallBlock.subarray(0, size);
  } finally {
    fs.closeSync(fd);
  }
}

async function runRange(
  run: HashRun,
  { file, from, to }: Extract<HashJob, { kind: "range" }>,
  digest: MessageDigest,
  { readsAhead }: RunOptions,
): Promise<FailedFile | undefined> {
  const { shardSize, plan } = run.data;
  let position = (plan.firstDigest[file] ?? 0) + (shardSize === undefined ? 0 : from / shardSize);
  const sink = new DigestSink(digest, shardSize, (hex) => run.put(position++, hex));
  run.begin(file);
  try {
    const path = run.path(file);
    const reader = new RangeReader(run, file, openSnapshot(path));
    try {
      await (readsAhead ? reader.readAhead(from, to, sink) : reader.read(from, to, sink));
      if (run.stopped) return undefined;
      reader.finish(to);
      sink.end();
      run.complete(file);
    } finally {
      reader.close();
    }
  } catch (error) {
    return failedFile(file, error);
  }
  return undefined;
}

/** Reads a part of one open file, in blocks, and checks meanwhile that it is still the listed one. */
class RangeReader {
  readonly #run: HashRun;
  readonly #state: string;
  readonly #size: number;
  readonly #fd: number;
  #checked = 0;

  constructor(run: HashRun, file: number, fd: number) {
    this.#run = run;
    this.#state = run.state(file);
    this.#size = Number(this.#state.slice(0, this.#state.indexOf(" ")));
    this.#fd = fd;
  }

  /** One read after the other: the fastest where every core hashes. */
  read(from: number, to: number, sink: DigestSink): void {
    block ??= Buffer.allocUnsafeSlow(BLOCK_BYTES);
    const buffer = block;
    assertUnchanged(this.#fd, this.#state);
    for (let at = from; at < to && !this.#run.stopped; ) {
      const got = readBlock(this.#fd, this.#state, buffer.subarray(0, Math.min(BLOCK_BYTES, to - at)), at);
      this.#take(buffer.subarray(0, got), at, sink);
      at += got;
    }
  }

  /** Reads the next block while the present one is hashed: the fastest where one file keeps one core busy. */
  async readAhead(from: number, to: number, sink: DigestSink): Promise<void> {
    // Not shared: another run of this thread may continue between two reads.
    const [even, odd] = [Buffer.allocUnsafeSlow(BLOCK_BYTES), Buffer.allocUnsafeSlow(BLOCK_BYTES)];
    assertUnchanged(this.#fd, this.#state);
    const start = (turn: number, at: number) => this.#start(turn % 2 === 0 ? even : odd, at, to);
    let pending = start(0, from);
    for (let at = from, turn = 0; at < to && !this.#run.stopped; turn++) {
      const bytes = await pending;
      if (bytes instanceof Error) throw bytes;
      const next = at + bytes.length;
      pending = next < to && bytes.length > 0 ? start(turn + 1, next) : Promise.resolve(bytes);
      try {
        this.#take(bytes, at, sink);
      } catch (error) {
        // The file must not be closed under a read.
        await pending;
        throw error;
      }
      at = next;
    }
    await pending;
  }

  /** After the last byte. */
  finish(to: number): void {
    assertUnchanged(this.#fd, this.#state);
    if (to === this.#size) assertEnd(this.#fd, this.#state, this.#size);
  }

  close(): void {
    fs.closeSync(this.#fd);
  }

  #take(bytes: Uint8Array, at: number, sink: DigestSink): void {
    if (bytes.length === 0) failEndedEarly(this.#fd, this.#state, this.#size, at);
    sink.write(bytes);
    this.#run.addBytes(bytes.length);
    this.#checked += bytes.length;
    if (this.#checked < CHECK_BYTES) return;
    this.#checked = 0;
    assertUnchanged(this.#fd, this.#state);
  }

  /** Resolves with the error: a rejection that is not awaited yet would end the process. */
  #start(buffer: Buffer, at: number, to: number): Promise<Uint8Array | Error> {
    return new Promise((resolve) => {
      fs.read(this.#fd, buffer, 0, Math.min(BLOCK_BYTES, to - at), at, (error, got) => {
        if (error === null) resolve(buffer.subarray(0, got));
        else resolve(readFailed(this.#fd, this.#state, error, at));
      });
    });
  }
}

function failedFile(file: number, error: unknown): FailedFile {
  if (error instanceof FileReadError) return { file, failure: error.failure };
  throw error;
}

/** Cuts a stream of bytes into shards and hands over the digest of each. */
class DigestSink {
  readonly #digest: MessageDigest;
  readonly #shardSize: number;
  readonly #put: (hex: string) => void;
  /** Bytes of the present shard so far; nothing begun: -1. */
  #filled = -1;

  /** `shardSize` absent: everything is one digest. */
  constructor(digest: MessageDigest, shardSize: number | undefined, put: (hex: string) => void) {
    this.#digest = digest;
    this.#shardSize = shardSize ?? Number.POSITIVE_INFINITY;
    this.#put = put;
  }

  write(bytes: Uint8Array): void {
    let rest = bytes;
    while (rest.length > 0) {
      if (this.#filled < 0 && rest.length >= this.#shardSize) {
        this.#put(this.#digest.whole(rest.subarray(0, this.#shardSize)));
        rest = rest.subarray(this.#shardSize);
        continue;
      }
      if (this.#filled < 0) this.#begin();
      const part = rest.subarray(0, Math.min(rest.length, this.#shardSize - this.#filled));
      this.#digest.update(part);
      this.#filled += part.length;
      rest = rest.subarray(part.length);
      if (this.#filled === this.#shardSize) this.#finish();
    }
  }

  /** After the last byte. */
  end(): void {
    if (this.#filled >= 0) this.#finish();
  }

  #begin(): void {
    this.#digest.begin();
    this.#filled = 0;
  }

  #finish(): void {
    this.#put(this.#digest.end());
    this.#filled = -1;
  }
}
