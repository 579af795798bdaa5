import { join } from "node:path";
import type { Work } from "../context.ts";
import { makeFile } from "../files.ts";
import { hasProgram, program, selfTimed } from "../rivals.ts";
import { measureRounds } from "../rounds.ts";
import { type Row, rate } from "../table.ts";

const GIB = 1024 ** 3;

export const blake3File: Work = async (context) => {
  const bytes = context.scaled(4 * GIB);
  const file = makeFile(join(context.options.folder, "blake3.bin"), bytes);
  const rival = hasProgram("b3sum", "--version");
  const measured = await measureRounds(context.options.rounds, [
    context.ours(file, { request: { algorithm: "blake3" } }),
    ...(rival ? [program("b3sum", "b3sum", ["--num-threads", "1", file])] : []),
  ]);
  const work = "BLAKE3, one file, native, one digesting thread";
  const told = rate(bytes, measured.seconds("ours"));
  if (!rival) return [{ work, measured: told, against: "b3sum is not here", ratio: Number.NaN }];
  return [
    {
      work,
      measured: told,
      against: "b3sum --num-threads 1",
      ratio: measured.ratio("ours", "b3sum"),
      target: { atLeast: 0.9 },
    },
  ];
};

export const blake3Implementations: Work = async (context) => {
  const bytes = context.scaled(2 * GIB);
  const names = ["native", "vectors", "hash-wasm"] as const;
  const script = join(import.meta.dirname, "..", "subjects", "blake3-in-memory.ts");
  const measured = await measureRounds(
    context.options.rounds,
    names.map((name) => selfTimed(name, process.execPath, [script, name, String(bytes)])),
  );
  return names.map((name): Row => {
    const gigabytes = bytes / measured.seconds(name) / 1e9;
    const row = {
      work: `BLAKE3 in memory, ${name}`,
      measured: rate(bytes, measured.seconds(name)),
      against: "1 GB/s a core",
    };
    return name === "vectors" ? { ...row, ratio: gigabytes, target: { atLeast: 1 } } : { ...row, ratio: gigabytes };
  });
};
