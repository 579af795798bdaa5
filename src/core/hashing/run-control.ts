/**
 * What the threads of one request share: numbers in memory, so that a thread deep in a loop hears of a cancel
 * within one block, and its progress costs no message.
 */
export class RunControl {
  /** To hand to another thread. */
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #bytes: BigInt64Array;
  readonly #lanes: number;

  private constructor(buffer: SharedArrayBuffer, lanes: number) {
    this.buffer = buffer;
    this.#lanes = lanes;
    this.#bytes = new BigInt64Array(buffer, 0, lanes);
    this.#words = new Int32Array(buffer, lanes * 8);
  }

  static create(lanes: number): RunControl {
    return new RunControl(new SharedArrayBuffer(lanes * 8 + (HEAD + lanes * PER_LANE) * 4), lanes);
  }

  static attach(buffer: SharedArrayBuffer): RunControl {
    return new RunControl(buffer, (buffer.byteLength - HEAD * 4) / (8 + PER_LANE * 4));
  }

  /** Asks every thread to leave the request. */
  stop(): void {
    Atomics.store(this.#words, STOP, 1);
    for (let lane = 0; lane < this.#lanes; lane++) Atomics.notify(this.#words, gateOf(lane));
  }

  get stopped(): boolean {
    return Atomics.load(this.#words, STOP) === 1;
  }

  /** Whether reads are to run beside the digesting: where a core is free for them. */
  get overlap(): boolean {
    return Atomics.load(this.#words, OVERLAP) === 1;
  }

  set overlap(value: boolean) {
    Atomics.store(this.#words, OVERLAP, value ? 1 : 0);
  }

  /** Lets a thread run, or has it pause after its present block. */
  setPaused(lane: number, paused: boolean): void {
    Atomics.store(this.#words, gateOf(lane), paused ? 1 : 0);
    if (!paused) Atomics.notify(this.#words, gateOf(lane));
  }

  /** Blocks the calling thread while it is paused and nobody asked it to stop. */
  waitWhilePaused(lane: number): void {
    while (!this.stopped && Atomics.load(this.#words, gateOf(lane)) === 1) {
      // The limit is for the moment between the two loads: a stop that fell into it must not be slept through.
      Atomics.wait(this.#words, gateOf(lane), 1, 50);
    }
  }

  addBytes(lane: number, bytes: number): void {
    Atomics.add(this.#bytes, lane, BigInt(bytes));
  }

  /** Bytes that one thread has digested for this request. */
  laneBytes(lane: number): number {
    return Number(Atomics.load(this.#bytes, lane));
  }

  /** Bytes of all threads. */
  get bytes(): number {
    let sum = 0;
    for (let lane = 0; lane < this.#lanes; lane++) sum += this.laneBytes(lane);
    return sum;
  }

  /** What a thread reads now: the position of a file, or nothing. */
  setFile(lane: number, file: number | undefined): void {
    Atomics.store(this.#words, fileOf(lane), file === undefined ? 0 : file + 1);
  }

  /** A file that is being read. */
  get file(): number | undefined {
    for (let lane = 0; lane < this.#lanes; lane++) {
      const file = Atomics.load(this.#words, fileOf(lane));
      if (file > 0) return file - 1;
    }
    return undefined;
  }
}

const STOP = 0;
const OVERLAP = 1;
const HEAD = 2;
const PER_LANE = 2;

function gateOf(lane: number): number {
  return HEAD + lane * PER_LANE;
}

function fileOf(lane: number): number {
  return HEAD + lane * PER_LANE + 1;
}
