import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../scripts/fetch.mjs";
import { toolPath } from "../../scripts/tool.ts";
import { documentedExample } from "../support/documented-example.ts";
import { useTemporaryFolder, writeTree } from "../support/temporary-folder.ts";

const MISTAKE = `
import type { ModelVerdict } from "./model-provenance-api";
export const wrong: number = ({} as ModelVerdict).state;
`;

describe("the types for other extensions", () => {
  const folder = useTemporaryFolder();

  it("need nothing else: the documented example compiles with them, and the compiler finds the one mistake", function () {
    this.timeout(120_000);
    writeTree(folder(), {
      "example.ts": documentedExample(join(ROOT, "docs", "api.md")),
      "mistake.ts": MISTAKE,
      "node_modules/": "",
    });
    copyFileSync(join(ROOT, "api.d.ts"), join(folder(), "model-provenance-api.d.ts"));
    symlinkSync(join(ROOT, "node_modules", "@types"), join(folder(), "node_modules", "@types"), "junction");
    const options = ["--noEmit", "--strict", "--module", "preserve", "--target", "es2022", "--types", "vscode"];
    const args = [toolPath("typescript", "tsc"), ...options, "example.ts", "mistake.ts"];
    const { stdout } = spawnSync(process.execPath, args, { cwd: folder(), encoding: "utf8" });
    const mistakes = stdout.split(/\r?\n/).filter((line) => line.includes("error"));
    assert.deepEqual(mistakes, ["mistake.ts(3,14): error TS2322: Type 'string' is not assignable to type 'number'."]);
  });
});
