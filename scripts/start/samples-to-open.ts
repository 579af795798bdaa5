import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { VerdictState } from "../../src/core/verdict.ts";
import { CACHE } from "../fetch.mjs";
import { makeSamples } from "../samples/make.ts";
import { tunedSample } from "../samples/models.ts";
import { writeSample } from "../samples/write.ts";
import type { RunningSigstore } from "./local-sigstore.ts";
import { modelProvenance } from "./terminal.ts";

/** Where `npm start` keeps its workspace between two runs. */
export const SAMPLES_FOLDER = join(CACHE, "samples");

/** The signer of the sample whose signer is not accepted yet. */
export const STRANGER = "bob@example.org";

/** One model in each verdict that lasts, by its path in the workspace. */
export const SAMPLE_STATES: Readonly<Record<string, VerdictState>> = {
  "tiny-llama": "verified",
  "tiny-llama-tuned": "untrusted",
  "reviews-dataset": "modified",
  "release-notes-skill": "invalid",
  "gguf/tiny-f32.gguf": "unverifiable",
  onnx: "unsigned",
};

export type SampleSettings = Readonly<Record<string, unknown>>;

/** What makes the samples' signers known to the extension, and lets it sign with a login. */
export function sampleSettings(folder: string, { trustConfigPath }: RunningSigstore): SampleSettings {
  const [label, pem] = ["p256.pub.pem", readFileSync(join(folder, "keys", "p256.pub.pem"), "utf8")];
  return {
    "modelProvenance.trustedKeys": [{ label, pem }],
    "modelProvenance.sigstoreInstance": trustConfigPath,
    "modelProvenance.autoVerify": "full",
  };
}

/**
 * Makes the workspace that `npm start` opens, a model in each state; what a person did to those that are there stays.
 * The model with a login is signed again at each start: that Sigstore lives only as long as `npm start` does.
 */
export function samplesToOpen(folder: string, sigstore: RunningSigstore): void {
  if (!existsSync(folder)) makeWorkspace(folder);
  if (!existsSync(join(folder, "tiny-llama-tuned"))) writeSample(folder, tunedSample());
  const signature = join(folder, "tiny-llama-tuned", "model.sig");
  if (existsSync(signature) && !isKeyless(signature)) return;
  const token = sigstore.tokens[STRANGER];
  if (token === undefined) throw new Error(`The local Sigstore gave no token for ${STRANGER}`);
  const login = ["--trust-config", sigstore.trustConfigPath, "--identity-token", token, "--yes", "--force"];
  sign(folder, "tiny-llama-tuned", "tiny-llama-tuned/model.sig", ["sigstore", ...login]);
}

function makeWorkspace(folder: string): void {
  try {
    makeSamples(folder);
    const withKey = (model: string, signature: string, key: string): void =>
      sign(folder, model, signature, ["key", "--private-key", key]);
    withKey("tiny-llama", "tiny-llama/model.sig", "keys/p256.pem");
    // Signed by someone whose key the settings do not name.
    withKey("gguf/tiny-f32.gguf", "gguf/tiny-f32.gguf.sig", "keys/p521.pem");
    withKey("reviews-dataset", "reviews-dataset/model.sig", "keys/p256.pem");
    appendFileSync(join(folder, "reviews-dataset", "labels.csv"), "3,changed after it was signed\n");
    withKey("release-notes-skill", "release-notes-skill/skill.oms.sig", "keys/p256.pem");
    damage(join(folder, "release-notes-skill", "skill.oms.sig"));
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

function sign(folder: string, model: string, signature: string, how: readonly string[]): void {
  const { status, text } = modelProvenance(folder, ["sign", ...how, model, "--signature", signature]);
  if (status !== 0) throw new Error(`Signing ${model} failed: ${text}`);
}

function isKeyless(signature: string): boolean {
  return readFileSync(signature, "utf8").includes('"tlogEntries":[{');
}

/** Puts another signature value in: well-formed, not authentic. */
function damage(path: string): void {
  const text = readFileSync(path, "utf8");
  const damaged = text.replace(/("sig"\s*:\s*")([^"]{12})/, (_match, before: string, start: string) => {
    return before + start.slice(0, 8) + [...start.slice(8)].reverse().join("");
  });
  writeFileSync(path, damaged);
}
