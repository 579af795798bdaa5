import { pathToFileURL } from "node:url";
import { tool } from "./tool.ts";

/** What a change must hold before any test runs. */
export const CHECKS: Readonly<Record<string, () => string>> = {
  "types, with the editor's": () => tool("typescript", "tsc", ["-p", "tsconfig.json"]),
  "types of the core and the terminal, without the editor's": () =>
    tool("typescript", "tsc", ["-p", "tsconfig.core.json"]),
  "types of the viewer's page, without Node's and the editor's": () =>
    tool("typescript", "tsc", ["-p", "tsconfig.page.json"]),
  "lint and format": () => tool("@biomejs/biome", "biome", ["ci", "--error-on-warnings", "--colors=off"]),
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  for (const [name, check] of Object.entries(CHECKS)) {
    try {
      check();
      console.log(`✓ ${name}`);
    } catch (error) {
      console.error(`✗ ${name}\n${error instanceof Error ? error.message : error}`);
      process.exitCode = 1;
    }
  }
}
