import type { ModelFile } from "../model/file-list.ts";
import type { DigestResult } from "./digest-engine.ts";
import { RequestMeasure } from "./measure.ts";
import type { GrowingList } from "./pending-request.ts";

/** Files looked up without a pause: some milliseconds. */
const FILES_AT_ONCE = 20_000;

/** Files in the order in which they are found, and their digests in another. */
export class FilesAsFound implements GrowingList {
  readonly files: ModelFile[] = [];
  readonly measure: RequestMeasure;
  isComplete = false;
  readonly #positions = new Map<string, number>();
  #awaited = Number.POSITIVE_INFINITY;
  #wake: () => void = () => {};

  /**
   * Throws `USAGE` as `add` does, and for a size of shards that there cannot be.
   *
   * @param files that were found so far
   */
  constructor(files: readonly ModelFile[], shardSize: number | undefined) {
    this.measure = new RequestMeasure(shardSize);
    for (const file of files) this.add(file);
  }

  /** The next file. One whose folder changes meanwhile may be found twice. Throws `USAGE` for more than an engine can hold. */
  add(file: ModelFile): void {
    this.#positions.set(file.name, this.files.length);
    this.files.push(file);
    this.measure.add(file.size);
    this.measure.check();
    if (this.files.length >= this.#awaited) this.#wake();
  }

  /** There are no more files. */
  complete(): void {
    this.isComplete = true;
    this.#wake();
  }

  async reaches(count: number): Promise<void> {
    if (this.isComplete || this.files.length >= count) return;
    await new Promise<void>((resolve) => {
      this.#awaited = count;
      this.#wake = resolve;
    });
  }

  /**
   * The digests of `wanted`, files that were added, in its order. Throws a RangeError for others.
   *
   * @param result digests in the order of `files`
   */
  async inOrderOf(wanted: readonly ModelFile[], result: Promise<DigestResult>): Promise<DigestResult> {
    const order = new Uint32Array(wanted.length);
    for (const [at, { name }] of wanted.entries()) {
      const position = this.#positions.get(name);
      if (position === undefined) throw new RangeError("digests wanted of other files than were added");
      order[at] = position;
      if (at % FILES_AT_ONCE === FILES_AT_ONCE - 1) await new Promise((resolve) => setImmediate(resolve));
    }
    const { digests, ...bytes } = await result;
    return { ...bytes, digests: Array.from(order, (position) => digests[position] ?? []) };
  }
}
