import { globSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import manifest from "../package.json" with { type: "json" };
import { ROOT } from "./fetch.mjs";

/** Removes the declarations that no entry of the library reaches: they would name packages that it does not bring. */
export function keepPublicTypes(): void {
  const entries = Object.values(manifest.exports).map(({ types }) => join(ROOT, types));
  const reached = new Set(entries);
  for (const file of reached) {
    const text = readFileSync(file, "utf8");
    for (const [, path = ""] of text.matchAll(/(?:from|import\()\s*"(\.[^"]+)\.ts"/g)) {
      reached.add(join(dirname(file), `${path}.d.ts`));
    }
  }
  for (const file of globSync("dist/types/**/*.d.ts", { cwd: ROOT })) {
    if (!reached.has(join(ROOT, file))) rmSync(join(ROOT, file));
  }
}
