import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { VERDICT_LABELS } from "../../src/core/presentation/verdict-labels.ts";
import type { SuiteResult } from "../../test/support/results.ts";
import { makeSamples } from "../samples/make.ts";
import { runLocalSigstore } from "./local-sigstore.ts";
import { SAMPLE_STATES, STRANGER, samplesToOpen } from "./samples-to-open.ts";
import { modelProvenance, type Outcome } from "./terminal.ts";

const DONE = 0;
const FAILED = 1;

const KEY = ["--private-key", "keys/p256.pem"];
const PUBLIC_KEY = ["--public-key", "keys/p256.pub.pem"];
const CERTIFICATE = [
  ...["--private-key", "keys/certificate-key.pem", "--signing-certificate", "keys/certificate.pem"],
  ...["--certificate-chain", "keys/intermediate.pem"],
];
const ROOT_CERTIFICATE = ["--certificate-chain", "keys/root.pem", "--identity-subject", "alice@example.com"];

interface Sample {
  readonly model: string;
  readonly signature: string;
  readonly sign: readonly string[];
  readonly verify: readonly string[];
  /** A file of the model, to change. */
  readonly file: string;
}

const SAMPLES: readonly Sample[] = [
  {
    model: "tiny-llama",
    signature: "tiny-llama/model.sig",
    sign: ["key", ...KEY],
    verify: ["key", ...PUBLIC_KEY],
    file: "tiny-llama/model.safetensors",
  },
  {
    model: "gguf/tiny-f32.gguf",
    signature: "gguf/tiny-f32.gguf.sig",
    sign: ["key", ...KEY, "--hash", "blake3", "--shard-size", "1000"],
    verify: ["key", ...PUBLIC_KEY],
    file: "gguf/tiny-f32.gguf",
  },
  {
    model: "onnx/linear.onnx",
    signature: "onnx/linear.onnx.sig",
    sign: ["certificate", ...CERTIFICATE],
    verify: ["certificate", ...ROOT_CERTIFICATE],
    file: "onnx/linear.onnx",
  },
  {
    model: "reviews-dataset",
    signature: "reviews-dataset/model.sig",
    sign: ["key", ...KEY, "--hash", "blake2b"],
    verify: ["key", ...PUBLIC_KEY],
    file: "reviews-dataset/data/train.jsonl",
  },
  {
    model: "release-notes-skill",
    signature: "release-notes-skill/skill.oms.sig",
    sign: ["certificate", ...CERTIFICATE],
    verify: ["certificate", ...ROOT_CERTIFICATE],
    file: "release-notes-skill/scripts/commits.sh",
  },
];

/** Signs and verifies every sample, then damages each; each step is a test. `print` gets the reports. */
export async function checkSamples(print: (text: string) => void): Promise<SuiteResult> {
  const folder = mkdtempSync(join(tmpdir(), "samples-"));
  const steps = new Steps(print);
  try {
    checkEachFormat(folder, steps);
    await checkEachState(join(folder, "workspace"), steps);
    return steps.result;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What was done, and whether it came out as it should. */
class Steps {
  readonly #print: (text: string) => void;
  readonly #failed: { title: string; message: string }[] = [];
  #passed = 0;

  constructor(print: (text: string) => void) {
    this.#print = print;
  }

  get result(): SuiteResult {
    return { passed: this.#passed, failed: this.#failed, skipped: [] };
  }

  expect(
    why: string,
    folder: string,
    args: readonly string[],
    expected: string,
    described: (outcome: Outcome) => string,
  ): void {
    const outcome = modelProvenance(folder, args);
    const title = `${why}: model-provenance ${args.join(" ")}`;
    const found = described(outcome);
    this.#print(`\n# ${why}\n$ model-provenance ${args.join(" ")}\n${outcome.text}`);
    if (found === expected) {
      this.#passed += 1;
      this.#print(`(${found}, as it should be)`);
    } else {
      this.#failed.push({ title, message: `${found}, not ${expected}\n${outcome.text}` });
      this.#print(`UNEXPECTED: ${found}, not ${expected}`);
    }
  }
}

function checkEachFormat(folder: string, steps: Steps): void {
  const expect = (why: string, status: number, args: readonly string[]): void =>
    steps.expect(why, folder, args, `exit status ${status}`, (outcome) => `exit status ${outcome.status}`);
  const verify = (why: string, status: number, { model, signature, verify }: Sample, known = verify) =>
    expect(why, status, ["verify", ...known, model, "--signature", signature]);
  makeSamples(folder);
  for (const sample of SAMPLES) {
    const { model, signature, sign } = sample;
    expect(`Sign ${model}`, DONE, ["sign", ...sign, model, "--signature", signature]);
    verify(`${model} is what was signed`, DONE, sample);
    const original = join(folder, "original");
    cpSync(join(folder, sample.file), original);
    flipOneBit(join(folder, sample.file));
    verify(`One bit of ${sample.file} was changed`, FAILED, sample);
    cpSync(original, join(folder, sample.file));
    verify("It was put right again", DONE, sample);
  }
  const [llama] = SAMPLES;
  if (llama === undefined) throw new Error("There are no samples");
  writeFileSync(join(folder, "tiny-llama", "added.py"), "print('not signed')\n");
  verify("A file was added to tiny-llama", FAILED, llama);
  rmSync(join(folder, "tiny-llama", "added.py"));
  rmSync(join(folder, "tiny-llama", "tokenizer.json"));
  verify("A file of tiny-llama is gone", FAILED, llama);
  makeSamples(folder);
  verify("tiny-llama against another key", FAILED, llama, ["key", "--public-key", "keys/p521.pub.pem"]);
  flipOneBit(join(folder, llama.signature));
  verify("One bit of the signature file was changed", FAILED, llama);
}

/** The workspace that `npm start` opens: a model in each verdict. */
async function checkEachState(folder: string, steps: Steps): Promise<void> {
  const sigstore = await runLocalSigstore(STRANGER);
  try {
    samplesToOpen(folder, sigstore);
    for (const [model, state] of Object.entries(SAMPLE_STATES)) {
      const trust =
        state === "untrusted" ? ["sigstore", "--trust-config", sigstore.trustConfigPath] : ["key", ...PUBLIC_KEY];
      const args = state === "unsigned" ? ["scan", model] : ["verify", ...trust, model];
      steps.expect(`${model} is ${state}`, folder, args, state, stateTold);
    }
  } finally {
    await sigstore.stop();
  }
}

/** The state whose words a report begins with. */
function stateTold({ text }: Outcome): string {
  const shown = Object.entries(VERDICT_LABELS).find(([, { mark, label }]) => text.startsWith(`${mark} ${label} `));
  return shown?.[0] ?? "no state";
}

function flipOneBit(path: string): void {
  const bytes = readFileSync(path);
  const middle = bytes.length >> 1;
  bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
  writeFileSync(path, bytes);
}
