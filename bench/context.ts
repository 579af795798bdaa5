import type { EngineOptions } from "../src/core/hashing/child-engine.ts";
import type { DigestRequest, DigestResult } from "../src/core/hashing/digest-engine.ts";
import type { Bundle } from "./bundle.ts";
import { Lateness } from "./lateness.ts";
import { peakOfHasher } from "./machine.ts";
import type { BenchOptions } from "./options.ts";
import { findPython, type Python } from "./rivals.ts";
import type { Subject } from "./rounds.ts";
import { timed } from "./rounds.ts";
import type { Row } from "./table.ts";

/** Some works that belong together; each makes its own files below the folder. */
export type Work = (context: BenchContext) => Promise<Row[]>;

export interface OurWay {
  readonly engine?: EngineOptions;
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
  /** Peak resident bytes of the hashing process since this was set to 0. */
  peak = 0;

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

  /** Our engine on a model: the start of its process, the listing of the files and the sending of the list included. */
  ours(model: string, { engine: options = {}, request = {}, before = () => {} }: OurWay = {}): Subject {
    const { priority } = this.options;
    return {
      name: "ours",
      run: async () => {
        before();
        const engine = this.bundle.engine.createDigestEngine({ priority, ...options });
        try {
          return await this.lateness.during(this.work, () => timed(() => this.#digest(model, engine, request)));
        } finally {
          this.peak = Math.max(this.peak, peakOfHasher() ?? 0);
          await engine.dispose();
        }
      },
    };
  }

  async #digest(
    model: string,
    engine: ReturnType<Bundle["engine"]["createDigestEngine"]>,
    request: OurWay["request"],
  ): Promise<DigestResult> {
    const whole = { algorithm: "sha256", root: model, ...request } as const;
    return this.bundle.reading.withDigestEngine({ engine }, whole, async (digester) => {
      const { onFile } = digester;
      const { files } = await this.bundle.enumerate.enumerateModel(model, { ignore: [], allowSymlinks: false, onFile });
      return digester.digest(files);
    });
  }
}
