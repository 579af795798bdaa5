import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { SampleFiles } from "./models.ts";

/** Writes files below a folder; what is there under the same names is replaced, everything else stays. */
export function writeSample(folder: string, files: SampleFiles): void {
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
}
