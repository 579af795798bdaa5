import fs from "node:fs";
import { parseStatLine } from "../model/stat-line.ts";
import { createDigest, type MessageDigest } from "./algorithms.ts";
import { DIGEST_BYTES, type HashAlgorithm } from "./digest-engine.ts";
import { DigestSink } from "./digest-sink.ts";
import { unpackFiles } from "./file-chunk.ts";
import type { Job, JobOutcome } from "./job.ts";
import { checkEnd, checkListed, endedEarly, FileFault, openListed, readAt } from "./listed-file.ts";
import { OverlappedReader } from "./overlapped-reader.ts";
import { RunControl } from "./run-control.ts";

/** Bytes read at once on a thread that digests what it read; larger ones gain nothing. */
export const BLOCK_BYTES = 1024 * 1024;
/** How often a large file is looked at meanwhile: nobody should wait for the end of one that changed long before. */
const CHECK_BYTES = 256 * 1024 * 1024;

/** Works on jobs, one at a time, on the thread that calls it. Where reads do not overlap, it blocks that thread. */
export class JobRunner {
  readonly #digests = new Map<HashAlgorithm, MessageDigest>();
  readonly #block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
  readonly #reader = new OverlappedReader();

  async run(job: Job): Promise<JobOutcome> {
    const digest = await this.#digestFor(job.algorithm);
    const control = RunControl.attach(job.control);
    try {
      return job.range === undefined ? this.#batch(job, digest, control) : await this.#range(job, digest, control);
    } finally {
      control.setFile(job.lane, undefined);
    }
  }

  async #digestFor(algorithm: HashAlgorithm): Promise<MessageDigest> {
    const known = this.#digests.get(algorithm);
    if (known !== undefined) return known;
    const digest = await createDigest(algorithm);
    this.#digests.set(algorithm, digest);
    return digest;
  }

  #batch(job: Job, digest: MessageDigest, control: RunControl): JobOutcome {
    const results = Buffer.from(job.results);
    const digestBytes = DIGEST_BYTES[job.algorithm];
    const { paths, stats } = unpackFiles(job.chunk);
    for (const [at, path] of paths.entries()) {
      if (control.stopped) return { state: "stopped" };
      const file = job.files[at] ?? 0;
      const slot = job.slots[at] ?? -1;
      control.setFile(job.lane, file);
      try {
        const bytes = this.#whole(path, stats[at] ?? "");
        if (slot >= 0) {
          const written = results.write(digest.whole(bytes), slot * digestBytes, digestBytes, "hex");
          if (written !== digestBytes) throw new Error("a digest does not fit its place");
        }
        control.addBytes(job.lane, bytes.length);
      } catch (error) {
        if (error instanceof FileFault) return { state: "failed", fault: error.of(file) };
        throw error;
      }
    }
    return { state: "done" };
  }

  /** The bytes of a small file. It is checked once, after the last byte: until then nothing is believed of it. */
  #whole(path: string, line: string): Uint8Array {
    const listed = parseStatLine(line);
    const size = Number(listed.size);
    if (size > this.#block.length) throw new Error("too large for a batch");
    const fd = openListed(path);
    try {
      let filled = 0;
      while (filled < size) {
        const got = readAt(fd, this.#block, filled, size - filled, null, listed, filled);
        if (got === 0) {
          checkListed(fd, listed);
          throw endedEarly(size, filled);
        }
        filled += got;
      }
      checkListed(fd, listed);
      checkEnd(fd, listed);
      return this.#block.subarray(0, size);
    } finally {
      fs.closeSync(fd);
    }
  }

  async #range(job: Job, digest: MessageDigest, control: RunControl): Promise<JobOutcome> {
    const file = job.files[0] ?? 0;
    const { start = 0, end = 0, shardSize } = job.range ?? {};
    const listed = parseStatLine(job.chunk.stats);
    const sink = new DigestSink(
      digest,
      Buffer.from(job.results),
      DIGEST_BYTES[job.algorithm],
      job.slots[0] ?? 0,
      shardSize,
    );
    control.setFile(job.lane, file);
    try {
      const fd = openListed(job.chunk.paths);
      try {
        checkListed(fd, listed);
        let position = start;
        let checked = start;
        const take = (bytes: Uint8Array): boolean => {
          sink.write(bytes);
          position += bytes.length;
          control.addBytes(job.lane, bytes.length);
          if (position - checked >= CHECK_BYTES) {
            checkListed(fd, listed);
            checked = position;
          }
          return !control.stopped;
        };
        while (position < end && !control.stopped) {
          if (control.overlap) {
            await this.#reader.read(fd, position, end, (bytes) => take(bytes) && control.overlap, listed);
          } else {
            this.#readBlock(fd, position, end, take, listed);
            control.waitWhilePaused(job.lane);
          }
        }
        if (position < end) return { state: "stopped" };
        checkListed(fd, listed);
        if (end === Number(listed.size)) checkEnd(fd, listed);
        sink.end();
        return { state: "done" };
      } finally {
        fs.closeSync(fd);
      }
    } catch (error) {
      if (error instanceof FileFault) return { state: "failed", fault: error.of(file) };
      throw error;
    }
  }

  #readBlock(
    fd: number,
    position: number,
    end: number,
    take: (bytes: Uint8Array) => boolean,
    listed: ReturnType<typeof parseStatLine>,
  ): void {
    const wanted = Math.min(this.#block.length, end - position);
    const got = readAt(fd, this.#block, 0, wanted, position, listed, position);
    if (got === 0) {
      checkListed(fd, listed);
      throw endedEarly(Number(listed.size), position);
    }
    take(this.#block.subarray(0, got));
  }
}
