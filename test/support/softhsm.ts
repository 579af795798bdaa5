import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { CACHE, ROOT } from "../../scripts/fetch.mjs";
import type { KeyPair } from "./keys.ts";
import { skip } from "./results.ts";

const MODULES = [
  "/usr/lib/softhsm/libsofthsm2.so",
  "/usr/lib64/pkcs11/libsofthsm2.so",
  "/usr/local/lib/softhsm/libsofthsm2.so",
  "/opt/homebrew/lib/softhsm/libsofthsm2.so",
];
export const PIN = "1234";
const SO_PIN = "87654321";

/** The module of SoftHSM. Skips the tests that need it where it is not here and cannot be installed. */
export function requireSoftHsm(context: Mocha.Context): string {
  try {
    createRequire(import.meta.url)("koffi");
  } catch {
    return skip(context, "needs the optional package koffi");
  }
  const tools = ["softhsm2-util", "pkcs11-tool"];
  const ready = (): string | undefined =>
    tools.every(isProgram) ? MODULES.find((path) => existsSync(path)) : undefined;
  if (ready() === undefined && existsSync("/usr/bin/apt-get") && process.getuid?.() === 0) {
    console.error("Installing Debian's softhsm2 and opensc …");
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    for (const args of [["update"], ["install", "-y", "--no-install-recommends", "softhsm2", "opensc"]]) {
      spawnSync("apt-get", args, { env, encoding: "utf8" });
    }
  }
  return ready() ?? skip(context, "needs SoftHSM and OpenSC (Debian: softhsm2, opensc)");
}

function isProgram(name: string): boolean {
  return spawnSync(name, ["--version"]).error === undefined;
}

/** A module that is SoftHSM (`FAULTY_PKCS11_REAL`) but for what `FAULTY_PKCS11` says: faulty-module.c, compiled. */
export function compileFaultyModule(context: Mocha.Context): string {
  const path = join(CACHE, "faulty-pkcs11.so");
  const source = join(ROOT, "test", "support", "faulty-module.c");
  const done = spawnSync("gcc", ["-shared", "-fPIC", "-w", "-o", path, source, "-ldl"], { encoding: "utf8" });
  if (done.error !== undefined) return skip(context, "needs gcc");
  if (done.status !== 0) throw new Error(done.stderr);
  return path;
}

/** Tokens of SoftHSM in a folder of their own. Processes find them by `SOFTHSM2_CONF`, which this process has, too. */
export class SoftHsm {
  readonly module: string;
  readonly env: { readonly SOFTHSM2_CONF: string };
  readonly #folder: string;

  constructor(module: string, folder: string) {
    this.module = module;
    this.#folder = folder;
    const conf = join(folder, "softhsm2.conf");
    mkdirSync(join(folder, "tokens"), { recursive: true });
    writeFileSync(conf, `directories.tokendir = ${join(folder, "tokens")}\nlog.level = ERROR\n`);
    this.env = { SOFTHSM2_CONF: conf };
    process.env["SOFTHSM2_CONF"] = conf;
  }

  addToken(label: string, pin = PIN): this {
    return this.#run("softhsm2-util", ["--init-token", "--free", "--label", label, "--pin", pin, "--so-pin", SO_PIN]);
  }

  /** @param id hex */
  addKey(token: string, keys: KeyPair, label: string, id: string, pin = PIN): this {
    const file = join(this.#folder, "key.p8");
    writeFileSync(file, keys.privatePem);
    const names = ["--token", token, "--label", label, "--id", id, "--pin", pin, "--force"];
    return this.#run("softhsm2-util", ["--import", file, ...names]);
  }

  addCertificate(token: string, der: Buffer, label: string, id: string): this {
    const file = join(this.#folder, "certificate.der");
    writeFileSync(file, der);
    return this.tool(token, "--write-object", file, "--type", "cert", "--label", label, "--id", id);
  }

  /** OpenSC's tool, logged in to a token. */
  tool(token: string, ...args: readonly string[]): this {
    const login = ["--module", this.module, "--token-label", token, "--login", "--pin", PIN];
    return this.#run("pkcs11-tool", [...login, ...args]);
  }

  #run(program: string, args: readonly string[]): this {
    const done = spawnSync(program, args, { env: { ...process.env, ...this.env }, encoding: "utf8" });
    if (done.status !== 0) throw new Error(`${program} ${args.join(" ")}: ${done.stderr}${done.stdout}`);
    return this;
  }
}
