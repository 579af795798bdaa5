import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../scripts/fetch.mjs";
import { toolPath } from "../../scripts/tool.ts";
import { useTemporaryFolder, writeTree } from "../support/temporary-folder.ts";

const USER = `
import { digest } from "model-provenance/digest";
import { ProvenanceError } from "model-provenance/errors";
import { inspect, type Inspection } from "model-provenance/inspect";
import { type SignResult, sign } from "model-provenance/sign";
import { readTrustConfigFile } from "model-provenance/trust-root-files";
import { verify } from "model-provenance/verify";

const functions: readonly unknown[] = [digest, inspect, sign, verify, readTrustConfigFile];
const failure: unknown = await inspect("missing.sig").catch((error: unknown) => error);
console.log(...functions.map((one) => typeof one), failure instanceof ProvenanceError && failure.code);
export type Signed = SignResult["rootDigest"];
export const wrong: number = ({} as Inspection).path;
`;

describe("the library, as another package uses it", () => {
  const folder = useTemporaryFolder();
  beforeEach(() => {
    writeTree(folder(), { "package.json": '{"type":"module"}', "user.mts": USER, "node_modules/": "" });
    symlinkSync(ROOT, join(folder(), "node_modules", "model-provenance"), "junction");
    symlinkSync(join(ROOT, "node_modules", "@types"), join(folder(), "node_modules", "@types"), "junction");
  });

  it("has types: the compiler finds the one mistake, and no other", () => {
    const options = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2024", "--types", "node"];
    const args = [toolPath("typescript", "tsc"), ...options, "user.mts"];
    const { stdout } = spawnSync(process.execPath, args, { cwd: folder(), encoding: "utf8" });
    assert.deepEqual(stdout.trim().split(/\r?\n/), [
      "user.mts(13,14): error TS2322: Type 'string' is not assignable to type 'number'.",
    ]);
  });

  it("runs from its built files", () => {
    const { stdout, stderr } = spawnSync(process.execPath, ["user.mts"], { cwd: folder(), encoding: "utf8" });
    assert.equal(stdout.trim(), "function function function function function SIGNATURE_NOT_FOUND", stderr);
  });
});
