import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

export interface BenchOptions {
  /** 1: the bytes of the table; 0.1: a tenth of them. */
  readonly size: number;
  /** The same for the numbers of files. */
  readonly files: number;
  /** Rounds of each work: every subject once a round. */
  readonly rounds: number;
  /** Works whose name holds one of these; none: all. */
  readonly only: readonly string[];
  /** Where files are made. Removed at the end, unless they are to be kept. */
  readonly folder: string;
  readonly keep: boolean;
  /** May the system's caches be dropped (needs root, and every other process feels it)? Without it, small files are not measured cold. */
  readonly cold: boolean;
  /** An interpreter that has the reference implementation, or may be given it. */
  readonly python: string;
  /** Path of an earlier build's `dist/cli.js`, which the works of the terminal are paired with. */
  readonly earlier: string | undefined;
  /** Where the table is written, beside standard output. */
  readonly output: string | undefined;
  /** Whether the table takes the place of the one in bench/README.md. */
  readonly record: boolean;
}

export function benchOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      size: { type: "string", default: "1" },
      files: { type: "string" },
      rounds: { type: "string", default: "5" },
      only: { type: "string", multiple: true, default: [] },
      folder: { type: "string", default: join(tmpdir(), "model-provenance-bench") },
      keep: { type: "boolean", default: false },
      cold: { type: "boolean", default: false },
      python: { type: "string", default: "python3" },
      earlier: { type: "string" },
      output: { type: "string" },
      record: { type: "boolean", default: false },
    },
  });
  return {
    size: positive("--size", values.size),
    files: positive("--files", values.files ?? values.size),
    rounds: Math.ceil(positive("--rounds", values.rounds)),
    only: values.only,
    folder: values.folder,
    keep: values.keep,
    cold: values.cold,
    python: values.python,
    earlier: values.earlier,
    output: values.output,
    record: values.record,
  };
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new RangeError(`${name} takes a number above 0`);
  return value;
}
