import { generateKeyPairSync } from "node:crypto";
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BenchContext, Work } from "../context.ts";
import { makeSmallFiles } from "../files.ts";
import { program, run } from "../rivals.ts";
import { measureRounds, type Subject, timed } from "../rounds.ts";
import { digits, type Row } from "../table.ts";

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
  const { python } = context.options;
  const node = (...args: readonly string[]): Subject =>
    program("ours", process.execPath, [context.bundle.cli, ...args, model]);
  const other = (...args: readonly string[]): Subject[] =>
    context.reference ? [program("reference", python, ["-m", "model_signing", ...args, model])] : [];
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
  target: (ratio: number) => Pick<Row, "ratio" | "target">,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [command, subjects] of Object.entries(
    signers(context, model, makeKeys(join(context.options.folder, "keys"))),
  )) {
    const measured = await measureRounds(context.options.rounds, subjects);
    const seconds = (name: string): string => `${digits(measured.seconds(name))} s`;
    const work = `whole process, ${command} key, ${what}`;
    if (context.reference) {
      const told = `${seconds("ours")} (reference: ${seconds("reference")})`;
      rows.push({ work, measured: told, against: "reference", ...target(measured.ratio("ours", "reference")) });
    } else {
      rows.push({ work, measured: seconds("ours"), against: "the reference is not here", ratio: Number.NaN });
    }
  }
  return rows;
}

export const terminalSmallFiles: Work = async (context) => {
  const count = context.scaled(20_000);
  const model = makeSmallFiles(join(context.options.folder, "terminal", "model"), count);
  return wholeProcess(context, `${count} files of 1–4 KiB`, model, (ratio) => ({ ratio, target: { atLeast: 6 } }));
};

export const terminalTinyModel: Work = async (context) => {
  const model = join(context.options.folder, "tiny", "model");
  mkdirSync(model, { recursive: true });
  writeFileSync(join(model, "config.json"), "{}");
  writeFileSync(join(model, "model.safetensors"), Buffer.alloc(10_000, 7));
  return wholeProcess(context, "10 kB", model, (ratio) => ({ ratio: 1 / ratio, target: { atMost: 0.15 } }));
};

const FOLDERS = 300;
/** Processes of the reference that are really run; the time of the others is theirs. */
const SAMPLE = 10;

export const terminalScan: Work = async (context) => {
  const keys = makeKeys(join(context.options.folder, "keys"));
  const root = join(context.options.folder, "scan");
  const first = join(root, "models", "model-0");
  rmSync(root, { recursive: true, force: true });
  mkdirSync(first, { recursive: true });
  for (let at = 0; at < 10; at++) writeFileSync(join(first, `file-${at}.bin`), Buffer.alloc(1000 + at, at));
  writeFileSync(join(first, "config.json"), "{}");
  const sign = ["sign", "key", "--private-key", keys.secret, "--signature", join(first, "model.sig"), first];
  await run(process.execPath, [context.bundle.cli, ...sign]);
  const folders = context.scaled(FOLDERS);
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
  const { python } = context.options;
  const verify = (model: string): string[] => [
    "-m",
    "model_signing",
    "verify",
    "key",
    "--public_key",
    keys.open,
    "--signature",
    join(model, "model.sig"),
    model,
  ];
  const measured = await measureRounds(context.options.rounds, [
    program("ours", process.execPath, [context.bundle.cli, "scan", root, "--policy", policy]),
    ...(context.reference
      ? [
          {
            name: "reference",
            run: async () => {
              const seconds = await timed(async () => {
                for (let at = 0; at < SAMPLE; at++)
                  await run(python, verify(join(root, "models", `model-${at % folders}`)));
              });
              return (seconds / SAMPLE) * folders;
            },
          },
        ]
      : []),
  ]);
  const work = `scan of ${folders} signed folders of 11 files`;
  const told = `${digits(measured.seconds("ours"))} s`;
  if (!context.reference) return [{ work, measured: told, against: "the reference is not here", ratio: Number.NaN }];
  return [
    {
      work,
      measured: `${told} (reference: ${digits(measured.seconds("reference"))} s)`,
      against: "reference, a process each",
      ratio: 1 / measured.ratio("ours", "reference"),
      target: { atMost: 0.02 },
    },
  ];
};
