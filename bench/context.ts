import type { DigestRequest } from "../src/core/hashing/digest-request.ts";
import type { PoolOptions } from "../src/core/hashing/hash-pool.ts";
import type { Bundle } from "./bundle.ts";
import { Lateness } from "./lateness.ts";
import type { BenchOptions } from "./options.ts";
import { findPython, type Python } from "./rivals.ts";
import type { Subject } from "./rounds.ts";
import { timed } from "./rounds.ts";
import type { Row } from "./table.ts";

/** Some works that belong together; each makes its own files below the folder. */
export type Work = (context: BenchContext) => Promise<Row[]>;

export interface OurWay {
  readonly pool?: PoolOptions;
  readonly request?: Partial<Omit<DigestRequest, "files">>;
  /** Before each run, not counted. */
  readonly before?: () => void;
}

export class BenchContext {
  readonly options: BenchOptions;
  readonly bundle: Bundle;
  readonly python: Python | undefined;
  readonly lateness = new Lateness();
  /** Name of the work under way. */
  work = "";

  constructor(options: BenchOptions, bundle: Bundle) {
    this.options = options;
    this.bundle = bundle;
    this.python = findPython(options.python);
  }

  /** A number of bytes, to the scale of this run. */
  bytes(full: number): number {
    return Math.max(1, Math.round(full * this.options.size));
  }

  /** A number of files, to the scale of this run. */
  count(full: number): number {
    return Math.max(1, Math.round(full * this.options.files));
  }

  /** Our pool on a model: the start of its threads and the listing of the files included. */
  ours(model: string, { pool: options = {}, request = {}, before = () => {} }: OurWay = {}): Subject {
    return {
      name: "ours",
      run: async () => {
        before();
        const pool = new this.bundle.pool.HashPool(options);
        try {
          return await this.lateness.during(this.work, () =>
            timed(async () => {
              const { enumerateModel } = this.bundle.enumerate;
              const { files } = await enumerateModel(model, { ignore: [], allowSymlinks: false });
              return pool.digest({ algorithm: "sha256", root: model, ...request, files });
            }),
          );
        } finally {
          await pool.dispose();
        }
      },
    };
  }
}
