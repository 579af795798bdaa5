import { join } from "node:path";
import { makeSampleKeys } from "./keys.ts";
import { SAMPLES } from "./models.ts";
import { writeSample } from "./write.ts";

/**
 * Writes the samples below the folder and returns the models' paths relative to it. The files are the same at every run:
 * a sample that was changed is put right again. Signatures and other files that are there stay.
 */
export function makeSamples(folder: string): string[] {
  for (const files of Object.values(SAMPLES)) writeSample(folder, files());
  makeSampleKeys(join(folder, "keys"));
  return Object.keys(SAMPLES);
}
