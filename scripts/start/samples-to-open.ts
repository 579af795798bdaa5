import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CACHE } from "../fetch.mjs";
import { makeSamples } from "../samples/make.ts";
import { modelProvenance } from "./terminal.ts";

export const SAMPLES_FOLDER = join(CACHE, "samples");

export type SampleSettings = Readonly<Record<string, unknown>>;

/**
 * What makes the samples' signers known to the extension, and lets it sign with a login.
 *
 * @param trustConfigPath of the Sigstore that runs beside it
 */
export function sampleSettings(trustConfigPath: string): SampleSettings {
  return {
    "modelProvenance.trustedKeys": [join(SAMPLES_FOLDER, "keys", "p256.pub.pem")],
    "modelProvenance.sigstoreInstance": trustConfigPath,
    "modelProvenance.autoVerify": "full",
  };
}

/** Makes the workspace that `npm start` opens, unless it is there: a model in each state. Returns its folder. */
export function samplesToOpen(): string {
  if (existsSync(SAMPLES_FOLDER)) return SAMPLES_FOLDER;
  try {
    makeSamples(SAMPLES_FOLDER);
    sign("tiny-llama", "tiny-llama/model.sig", "keys/p256.pem");
    // Signed by someone whose key the settings do not name.
    sign("gguf/tiny-f32.gguf", "gguf/tiny-f32.gguf.sig", "keys/p521.pem");
    sign("reviews-dataset", "reviews-dataset/model.sig", "keys/p256.pem");
    appendFileSync(join(SAMPLES_FOLDER, "reviews-dataset", "labels.csv"), "3,changed after it was signed\n");
    sign("release-notes-skill", "release-notes-skill/skill.oms.sig", "keys/p256.pem");
    damage(join(SAMPLES_FOLDER, "release-notes-skill", "skill.oms.sig"));
    return SAMPLES_FOLDER;
  } catch (error) {
    rmSync(SAMPLES_FOLDER, { recursive: true, force: true });
    throw error;
  }
}

function sign(model: string, signature: string, key: string): void {
  const args = ["sign", "key", "--private-key", key, model, "--signature", signature];
  const { status, text } = modelProvenance(SAMPLES_FOLDER, args);
  if (status !== 0) throw new Error(`Signing ${model} failed: ${text}`);
}

/** Puts another signature value in: well-formed, not authentic. */
function damage(path: string): void {
  const text = readFileSync(path, "utf8");
  const damaged = text.replace(/("sig"\s*:\s*")([^"]{12})/, (_match, before: string, start: string) => {
    return before + start.slice(0, 8) + [...start.slice(8)].reverse().join("");
  });
  writeFileSync(path, damaged);
}
