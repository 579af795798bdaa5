import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import manifest from "../package.json" with { type: "json" };
import { build } from "./build.ts";
import { ROOT } from "./fetch.mjs";
import { tool } from "./tool.ts";

/** The VSIX that the tests install and look into. */
export const TEST_VSIX = join(ROOT, ".cache", "model-provenance.vsix");

/** Writes the VSIX of what is built. Two of one commit are the same bytes: their times are that of the commit. */
export function writeVsix(path: string): void {
  mkdirSync(join(ROOT, ".cache"), { recursive: true });
  process.env["SOURCE_DATE_EPOCH"] ??= String(commitTime());
  process.env["TZ"] = "UTC"; // a ZIP file holds local times
  // Without an address of the repository, links and pictures of the README stay as they are written; a release has one.
  const links = "repository" in manifest ? [] : ["--allow-missing-repository", "--no-rewrite-relative-links"];
  tool("@vscode/vsce", "vsce", ["package", "--no-dependencies", "--no-gitHubIssueLinking", ...links, "--out", path]);
}

/** Seconds since the epoch; 1980, where ZIP begins, without a repository. */
function commitTime(): number {
  const { status, stdout } = spawnSync("git", ["log", "-1", "--format=%ct"], { cwd: ROOT, encoding: "utf8" });
  return status === 0 ? Number(stdout) : 315_532_800;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await build();
  const name = `${manifest.name}-${manifest.version}.vsix`;
  writeVsix(join(ROOT, name));
  console.log(name);
}
