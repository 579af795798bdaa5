import { generateKeyPairSync } from "node:crypto";
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BenchContext, Work } from "../context.ts";
import { makeSmallFiles } from "../files.ts";
import { program, referenceCommand, run } from "../rivals.ts";
import { measureRounds, type Subject, timed } from "../rounds.ts";
import { type Bound, countText, digits, missing, type Row, row } from "../table.ts";

interface Keys {
  readonly secret: string;
  readonly open: string;
}

function makeKeys(folder: string): Keys {
  const keys = { secret: join(folder, "key.pem"), open: join(folder, "key.pub") };
  if (existsSync(keys.open)) return keys;
  mkdirSync(folder, { recursive: true });
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  writeFileSync(keys.secret, privateKey.export({ type: "sec1", format: "pem" }));
  writeFileSync(keys.open, publicKey.export({ type: "spki", format: "pem" }));
  return keys;
}

/** Whole processes of ours and of the reference, each with its own signature. */
function signers(context: BenchContext, model: string, keys: Keys): Readonly<Record<"sign" | "verify", Subject[]>> {
  const ours = join(model, "..", "ours.sig");
  const theirs = join(model, "..", "theirs.sig");
  const node = (...args: readonly string[]): Subject =>
    program("ours", process.execPath, [context.bundle.cli, ...args, model]);
  const other = (...args: readonly string[]): Subject[] => referenceCommand(context.python, ...args, model);
  return {
    // Every byte is read: an earlier signature is no help.
    sign: [
      node("sign", "key", "--full", "--private-key", keys.secret, "--signature", ours),
      ...other("sign", "key", "--private_key", keys.secret, "--signature", theirs),
    ],
    verify: [
      node("verify", "key", "--public-key", keys.open, "--signature", ours),
      ...other("verify", "key", "--public_key", keys.open, "--signature", theirs),
    ],
  };
}

async function wholeProcess(
  context: BenchContext,
  what: string,
  model: string,
  compare: (work: string, timesFaster: number, told: string) => Row,
): Promise<Row[]> {
  const rows: Row[] = [];
  const commands = signers(context, model, makeKeys(join(context.options.folder, "keys")));
  for (const [command, subjects] of Object.entries(commands)) {
    const measured = await measureRounds(context.options.rounds, subjects);
    const work = `whole terminal process, \`${command} key\` of ${what}`;
    const ours = `${digits(measured.seconds("ours"))} s`;
    if (!measured.has("reference")) rows.push(missing(work, "the reference", ours));
    else {
      const told = `${ours}; reference ${digits(measured.seconds("reference"))} s`;
      rows.push(compare(work, measured.ratio("ours", "reference"), told));
    }
  }
  return rows;
}

export const terminalSmallFiles: Work = async (context) => {
  const count = context.count(20_000);
  const model = makeSmallFiles(join(context.options.folder, "terminal", "model"), count);
  const what = `${countText(count)} files of 1–4 KiB`;
  return wholeProcess(context, what, model, (work, faster, told) =>
    row(work, faster, "× the reference", told, { atLeast: 6 }),
  );
};

export const terminalTinyModel: Work = async (context) => {
  const model = join(context.options.folder, "tiny", "model");
  mkdirSync(model, { recursive: true });
  writeFileSync(join(model, "config.json"), "{}");
  writeFileSync(join(model, "model.safetensors"), Buffer.alloc(10_000, 7));
  return wholeProcess(context, "a 10 kB model", model, (work, faster, told) =>
    row(work, 1 / faster, "× the reference's time", told, { atMost: 0.15 }),
  );
};

const FOLDERS = 300;
/** Processes of the reference that are really run; the time of the others is theirs. */
const SAMPLE = 10;
const BOUND: Bound = { atMost: 0.02 };

export const terminalScan: Work = async (context) => {
  const keys = makeKeys(join(context.options.folder, "keys"));
  const root = join(context.options.folder, "scan");
  const first = join(root, "models", "model-0");
  rmSync(root, { recursive: true, force: true });
  mkdirSync(first, { recursive: true });
  for (let at = 0; at < 9; at++) writeFileSync(join(first, `file-${at}.bin`), Buffer.alloc(1000 + at, at));
  writeFileSync(join(first, "config.json"), "{}");
  const sign = ["sign", "key", "--private-key", keys.secret, "--signature", join(first, "model.sig"), first];
  await run(process.execPath, [context.bundle.cli, ...sign]);
  const folders = context.count(FOLDERS);
  for (let at = 1; at < folders; at++) cpSync(first, join(root, "models", `model-${at}`), { recursive: true });
  const policy = join(root, "policy.yaml");
  cpSync(keys.open, join(root, "key.pub"));
  writeFileSync(
    policy,
    [
      "apiVersion: model-provenance/v1",
      "kind: ModelPolicy",
      "metadata: { name: bench }",
      "spec:",
      '  models: [{ glob: "models/*" }]',
      "  authorities: [{ name: key, key: { path: key.pub } }]",
      "",
    ].join("\n"),
  );
  const verify = (model: string): Subject[] => {
    const signature = join(model, "model.sig");
    return referenceCommand(
      context.python,
      "verify",
      "key",
      "--public_key",
      keys.open,
      "--signature",
      signature,
      model,
    );
  };
  const sample = Array.from({ length: Math.min(SAMPLE, folders) }, (_, at) => join(root, "models", `model-${at}`));
  const one = sample.flatMap(verify);
  const ours = program("ours", process.execPath, [context.bundle.cli, "scan", root, "--policy", policy]);
  const theirs: Subject = {
    name: "reference",
    run: async () => {
      const seconds = await timed(async () => {
        for (const process of one) await process.run();
      });
      return (seconds / one.length) * folders;
    },
  };
  const measured = await measureRounds(context.options.rounds, one.length > 0 ? [ours, theirs] : [ours]);
  const work = `\`scan\` of ${countText(folders)} signed folders of 10 files, one process`;
  const took = `${digits(measured.seconds("ours"))} s`;
  if (!measured.has("reference")) return [missing(work, "the reference", took)];
  const told = `${took}; reference ${digits(measured.seconds("reference"))} s`;
  const unit = "× the reference's time, a process each";
  return [row(work, 1 / measured.ratio("ours", "reference"), unit, told, BOUND)];
};
