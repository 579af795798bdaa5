import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { makeSampleKeys } from "./keys.ts";
import { SAMPLES } from "./models.ts";

/**
 * Writes the samples below the folder and returns the models' paths relative to it. The files are the same at every run:
 * a sample that was changed is put right again. Signatures and other files that are there stay.
 */
export function makeSamples(folder: string): string[] {
  for (const files of Object.values(SAMPLES)) {
    for (const [name, content] of Object.entries(files())) {
      const path = join(folder, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
    }
  }
  makeSampleKeys(join(folder, "keys"));
  return Object.keys(SAMPLES);
}
