import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { CACHE, ROOT } from "../../scripts/fetch.mjs";

/** The Go module that names each service, and cosign, in an exact version, and has a main of its own for Trillian. */
const MODULE = join(ROOT, "test", "services", "go");
const SOURCES = ["go.mod", "go.sum", "trillian/main.go"];
/** On the PATH, or where Go's installer puts it. */
const GO = ["go", "/usr/local/go/bin/go"];
/** Milliseconds, for downloads and compilation; about 6 minutes on two cores. */
const LONGEST_BUILD = 20 * 60_000;

/**
 * Builds the services and cosign into a folder of `.cache` once, where this machine has Go and gcc and reaches the modules; else
 * says why not.
 *
 * @throws Error with what the compiler printed
 */
export function ensurePrograms(): { readonly folder: string } | { readonly missing: string } {
  if (process.platform === "win32") return { missing: "the services are started by a POSIX shell" };
  const go = GO.find((command) => spawnSync(command, ["version"]).status === 0);
  if (go === undefined) return { missing: "needs Go, in the version that test/services/go/go.mod names" };
  if (spawnSync("gcc", ["--version"]).status !== 0) return { missing: "needs gcc: Dex has a part in C" };
  const hash = createHash("sha256").update(process.arch);
  for (const name of SOURCES) hash.update(readFileSync(join(MODULE, name)));
  const folder = join(CACHE, `services-${hash.digest("hex").slice(0, 12)}`);
  if (existsSync(folder)) return { folder };

  console.error("Building the services of a Sigstore with Go; this takes some minutes …");
  const packages = ["tool", "./trillian"];
  const listed = runGo(go, ["list", "-deps", ...packages]);
  if (listed.status !== 0) return { missing: `Go cannot load the services' modules: ${lastLine(listed.stderr)}` };
  mkdirSync(CACHE, { recursive: true });
  // Gets its name when it is complete.
  const partial = mkdtempSync(`${folder}-`);
  try {
    const built = runGo(go, [
      "build",
      "-trimpath",
      "-buildvcs=false",
      "-ldflags=-s -w",
      "-o",
      `${partial}/`,
      ...packages,
    ]);
    if (built.status !== 0) throw new Error(`go build failed: ${built.error?.message ?? built.stderr}`);
    renameSync(partial, folder);
    return { folder };
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

function runGo(go: string, args: readonly string[]) {
  const env = { ...process.env, GOWORK: "off", GOFLAGS: "-mod=readonly", CGO_ENABLED: "1" };
  const maxBuffer = 64 * 1024 * 1024;
  return spawnSync(go, args, { cwd: MODULE, env, encoding: "utf8", timeout: LONGEST_BUILD, maxBuffer });
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}
