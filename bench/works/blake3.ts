import { join } from "node:path";
import type { Work } from "../context.ts";
import { makeFile } from "../files.ts";
import { hasProgram, program, selfTimed } from "../rivals.ts";
import { measureRounds } from "../rounds.ts";
import { type Row, rate, row, sizeText } from "../table.ts";

const GIB = 1024 ** 3;

export const blake3File: Work = async (context) => {
  // A second of work already at half size: less would measure the start of the process.
  const bytes = Math.min(4 * GIB, context.bytes(8 * GIB));
  const file = makeFile(join(context.options.folder, "blake3.bin"), bytes);
  const rival = "b3sum --num-threads 1";
  const there = hasProgram("b3sum", "--version");
  const measured = await measureRounds(context.options.rounds, [
    context.ours(file, { request: { algorithm: "blake3" } }),
    ...(there ? [program(rival, "b3sum", ["--num-threads", "1", file])] : []),
  ]);
  const work = `BLAKE3, ${sizeText(bytes)}, native`;
  const ours = rate(bytes, measured.seconds("ours"));
  if (!there) return [{ work, measured: `${ours}; skipped: b3sum is not here` }];
  const detail = `${ours}; ${rival} ${rate(bytes, measured.seconds(rival))}`;
  return [row(work, measured.ratio("ours", rival), "× `b3sum`, one thread each", detail)];
};

/** Bytes of memory that one core digests with each implementation, by itself. */
export const blake3Implementations: Work = async (context) => {
  const bytes = context.bytes(2 * GIB);
  const names = { native: "native", "hash-wasm": "WebAssembly" };
  const script = join(import.meta.dirname, "..", "subjects", "blake3-in-memory.ts");
  const measured = await measureRounds(
    context.options.rounds,
    Object.keys(names).map((name) => selfTimed(name, process.execPath, [script, name, String(bytes)])),
  );
  return Object.entries(names).map(([name, title]): Row => {
    const gigabytes = bytes / measured.seconds(name) / 1e9;
    return row(`BLAKE3, ${sizeText(bytes)}, ${title}`, gigabytes, "GB/s a core", "");
  });
};
