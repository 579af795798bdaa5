import { generateKeyPairSync } from "node:crypto";
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeCertificate } from "../../test/support/certificates.ts";
import type { BenchContext, Work } from "../context.ts";
import { makeFolder, makeSmallFiles } from "../files.ts";
import { program, referenceCommand, run } from "../rivals.ts";
import { type Measured, measureRounds, type Subject, timed } from "../rounds.ts";
import { type Bound, countText, digits, missing, type Row, row, sizeText } from "../table.ts";

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

/** Whole processes of ours, of an earlier build and of the reference, each with its own signature. */
function signers(context: BenchContext, model: string, keys: Keys): Readonly<Record<"sign" | "verify", Subject[]>> {
  const signature = (name: string) => ["--signature", join(model, "..", `${name}.sig`)];
  const node = (name: string, cli: string | undefined, ...args: readonly string[]): Subject[] =>
    cli === undefined ? [] : [program(name, process.execPath, [cli, ...args, ...signature(name), model])];
  const theirs = (...args: readonly string[]): Subject[] =>
    referenceCommand(context.python, ...args, ...signature("reference"), model);
  // Every byte is read: an earlier signature is no help.
  const sign = ["sign", "key", "--full", "--private-key", keys.secret];
  const verify = ["verify", "key", "--public-key", keys.open];
  const { cli } = context.bundle;
  const { earlier } = context.options;
  return {
    sign: [
      ...node("ours", cli, ...sign),
      ...node("earlier", earlier, ...sign),
      ...theirs("sign", "key", "--private_key", keys.secret),
    ],
    verify: [
      ...node("ours", cli, ...verify),
      ...node("earlier", earlier, ...verify),
      ...theirs("verify", "key", "--public_key", keys.open),
    ],
  };
}

/** Bounds of `verify`, as shares of the time of others. */
interface Targets {
  readonly reference: number;
  readonly earlier?: number;
}

/** Rows of whole processes: ours against the reference's time, and against that of an earlier build where one is named. */
async function wholeProcess(context: BenchContext, what: string, model: string, targets: Targets): Promise<Row[]> {
  const rows: Row[] = [];
  const commands = signers(context, model, makeKeys(join(context.options.folder, "keys")));
  for (const [command, subjects] of Object.entries(commands)) {
    const measured = await measureRounds(context.options.rounds, subjects);
    const work = `whole terminal process, \`${command} key\` of ${what}`;
    rows.push(...comparedRows(work, measured, command === "verify" ? targets : undefined));
  }
  return rows;
}

function comparedRows(work: string, measured: Measured, targets: Targets | undefined): Row[] {
  const ours = `${digits(measured.seconds("ours"))} s`;
  const rows: Row[] = measured.has("reference") ? [] : [missing(work, "the reference", ours)];
  for (const name of ["reference", "earlier"] as const) {
    if (!measured.has(name)) continue;
    const unit = name === "reference" ? "× the reference's time" : "× the earlier build's time";
    const compared = `${ours}; ${name} ${digits(measured.seconds(name))} s`;
    const bound = targets?.[name];
    rows.push(
      row(work, 1 / measured.ratio("ours", name), unit, compared, bound === undefined ? {} : { atMost: bound }),
    );
  }
  return rows;
}

const GIB = 1024 ** 3;

export const terminalSmallFiles: Work = async (context) => {
  const count = context.count(20_000);
  const model = makeSmallFiles(join(context.options.folder, "terminal", "model"), count);
  const what = `${countText(count)} files of 1–4 KiB`;
  return wholeProcess(context, what, model, { reference: 0.15, earlier: 0.75 });
};

export const terminalEightFiles: Work = async (context) => {
  const bytes = context.bytes(GIB);
  const sizes = Array.from({ length: 8 }, () => bytes);
  const model = makeFolder(join(context.options.folder, "terminal-eight", "model"), sizes);
  return wholeProcess(context, `8 × ${sizeText(bytes)}`, model, { reference: 1 });
};

export const terminalOneFile: Work = async (context) => {
  const bytes = context.bytes(4 * GIB);
  const model = makeFolder(join(context.options.folder, "terminal-one", "model"), [bytes]);
  return wholeProcess(context, `1 × ${sizeText(bytes)}`, model, { reference: 0.85 });
};

/** Against `node -e 0` as well: less than that, no program of Node's can take. */
export const terminalTinyModel: Work = async (context) => {
  const model = join(context.options.folder, "tiny", "model");
  mkdirSync(model, { recursive: true });
  writeFileSync(join(model, "config.json"), "{}");
  writeFileSync(join(model, "model.safetensors"), Buffer.alloc(10_000, 7));
  const rows = await wholeProcess(context, "a 10 kB model", model, { reference: 0.15 });
  const { verify } = signers(context, model, makeKeys(join(context.options.folder, "keys")));
  const bare = program("bare", process.execPath, ["-e", "0"]);
  const measured = await measureRounds(context.options.rounds * 4, [...verify.slice(0, 1), bare]);
  const took = `${digits(measured.seconds("ours"))} s; bare ${digits(measured.seconds("bare"))} s`;
  const work = "whole terminal process, `verify key` of a 10 kB model";
  return [...rows, row(work, 1 / measured.ratio("ours", "bare"), "× `node -e 0`", took, { atMost: 2.4 })];
};

/** Milliseconds a model of a scan, in one process; and of the earlier build. */
async function scanRows(context: BenchContext, work: string, count: number, args: readonly string[], atMost: number) {
  const { bundle, options } = context;
  const scan = (name: string, cli: string): Subject => program(name, process.execPath, [cli, "scan", ...args]);
  const earlier = options.earlier === undefined ? [] : [scan("earlier", options.earlier)];
  const measured = await measureRounds(options.rounds, [scan("ours", bundle.cli), ...earlier]);
  const each = (name: string) => (measured.seconds(name) / count) * 1000;
  const compared = measured.has("earlier") ? `earlier ${digits(each("earlier"))} ms` : "";
  return [row(work, each("ours"), "ms each", compared, { atMost })];
}

/** Folders like this one, signature included. */
function copies(first: string, count: number): void {
  for (let at = 1; at < count; at++) cpSync(first, `${first}-${at}`, { recursive: true });
}

export const terminalSkills: Work = async (context) => {
  const count = context.count(300);
  const root = join(context.options.folder, "skills");
  const first = join(root, "skills", "skill");
  rmSync(root, { recursive: true, force: true });
  mkdirSync(join(first, "scripts"), { recursive: true });
  writeFileSync(join(first, "SKILL.md"), "# A skill\n");
  writeFileSync(join(first, "scripts", "run.py"), "print(1)\n".repeat(200));
  const authority = makeCertificate({ subject: "Bench Root", kind: "P-384", ca: true });
  const intermediate = makeCertificate({ subject: "Bench Intermediate", kind: "P-384", ca: true, issuer: authority });
  const leaf = makeCertificate({ subject: "Bench Skills", kind: "P-384", issuer: intermediate });
  const pem = (name: string, text: string): string => {
    writeFileSync(join(root, name), text);
    return join(root, name);
  };
  const options = [
    ...["--private-key", pem("leaf.key", leaf.keys.privatePem), "--signing-certificate", pem("leaf.pem", leaf.pem)],
    ...["--certificate-chain", pem("intermediate.pem", intermediate.pem)],
  ];
  await run(process.execPath, [context.bundle.cli, "sign", "certificate", ...options, first]);
  copies(first, count);
  const scan = [join(root, "skills"), "--certificate-chain", pem("root.pem", authority.pem)];
  return scanRows(context, `\`scan\` of ${countText(count)} skills with certificates, one process`, count, scan, 7);
};

export const terminalManyModels: Work = async (context) => {
  const rows: Row[] = [];
  for (const full of [1_000, 10_000]) {
    const count = context.count(full);
    const keys = makeKeys(join(context.options.folder, "keys"));
    const root = join(context.options.folder, `models-${full}`);
    const first = join(root, "model");
    rmSync(root, { recursive: true, force: true });
    mkdirSync(first, { recursive: true });
    writeFileSync(join(first, "model.safetensors"), Buffer.alloc(1000, 7));
    writeFileSync(join(first, "config.json"), "{}");
    await run(process.execPath, [context.bundle.cli, "sign", "key", "--private-key", keys.secret, first]);
    copies(first, count);
    const work = `\`scan\` of ${countText(count)} small models signed with a key, one process`;
    rows.push(...(await scanRows(context, work, count, [root, "--public-key", keys.open], 1.2)));
  }
  return rows;
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
  const detail = `${took}; reference ${digits(measured.seconds("reference"))} s`;
  const unit = "× the reference's time, a process each";
  return [row(work, 1 / measured.ratio("ours", "reference"), unit, detail, BOUND)];
};
