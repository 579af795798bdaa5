import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import * as v from "valibot";
import { ROOT } from "../../scripts/fetch.mjs";
import type { ReferenceResult } from "./reference.ts";

const API = join(ROOT, "test", "interop", "reference_api.py");
const ANSWER = v.object({ ok: v.boolean(), text: v.string() });

/** How a model is hashed, spelled out. Paths are relative to the model. */
export interface ReferenceHashing {
  readonly algorithm: "sha256" | "blake2" | "blake3";
  readonly shardSize?: number;
  readonly ignored?: readonly string[];
  readonly ignoreGit?: boolean;
  readonly allowSymlinks?: boolean;
}

/** Paths are relative to `cwd`. */
interface Files {
  readonly model: string;
  readonly signature: string;
  readonly cwd: string;
}

export type SignMethod =
  | { readonly kind: "key"; readonly privateKey: string }
  | {
      readonly kind: "certificate";
      readonly privateKey: string;
      readonly certificate: string;
      readonly chain: readonly string[];
    }
  | {
      readonly kind: "pkcs11-certificate";
      readonly uri: string;
      readonly certificate: string;
      readonly chain: readonly string[];
    }
  | { readonly kind: "sigstore"; readonly token: string; readonly trustConfig: string };

export type VerifyMethod =
  | { readonly kind: "key"; readonly publicKey: string }
  | { readonly kind: "certificate"; readonly roots: readonly string[] }
  | { readonly kind: "sigstore"; readonly identity: string; readonly issuer: string; readonly trustConfig: string };

export type LibraryRequest =
  | (Files & { readonly action: "sign"; readonly method: SignMethod; readonly hashing: ReferenceHashing })
  /** Without `hashing`, it goes by what the statement says. */
  | (Files & { readonly action: "verify"; readonly method: VerifyMethod; readonly hashing?: ReferenceHashing });

/** The reference's library in a process that answers one request after the other. */
export class ReferenceLibrary {
  readonly #python: string;
  readonly #env: NodeJS.ProcessEnv;
  #child: ChildProcess | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #answered: { resolve(line: string): void; reject(error: Error): void } | undefined;

  constructor(python: string, env: NodeJS.ProcessEnv) {
    this.#python = python;
    this.#env = env;
  }

  call(request: LibraryRequest): Promise<ReferenceResult> {
    const result = this.#last.then(() => this.#send(JSON.stringify(request)));
    this.#last = result.catch(() => undefined);
    return result.then((line) => v.parse(ANSWER, JSON.parse(line)));
  }

  /** Ends the process; the next call starts another. */
  stop(): void {
    this.#child?.stdin?.end();
    this.#child = undefined;
  }

  #send(line: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#answered = { resolve, reject };
      this.#child ??= this.#start();
      this.#child.stdin?.write(`${line}\n`);
    });
  }

  #start(): ChildProcess {
    const { SOFTHSM2_CONF = "" } = process.env; // set while a test runs
    const child = spawn(this.#python, [API], {
      env: { ...this.#env, SOFTHSM2_CONF },
      stdio: ["pipe", "pipe", "pipe"],
    });
    let output = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      output = (output + text).slice(-4000);
    });
    createInterface(child.stdout).on("line", (line) => this.#answered?.resolve(line));
    const ended = (error: Error): void => {
      // After `stop`, nothing waits for it.
      if (this.#child === child) this.#answered?.reject(error);
    };
    child.on("error", ended);
    child.on("exit", (code) => ended(new Error(`The reference ended with ${code}: ${output}`)));
    return child;
  }
}
