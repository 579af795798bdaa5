import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import * as v from "valibot";
import { ProvenanceError, throwIfCancelled } from "../../errors.ts";
import { moduleError } from "./find-module.ts";
import { BYTES, OBJECTS, type PrivateKeyObject, REPLY, type Request, TOKEN, type TokenObjects } from "./protocol.ts";
import { notInstalled, returnedError } from "./return-errors.ts";
import type { Token } from "./token.ts";

/** Milliseconds that one call of the module may take; the touch of a button may be part of it. */
const TIMEOUT = 60_000;
/** Milliseconds that a module gets to end in order. */
const CLOSE_TIMEOUT = 2000;

export interface ModuleOptions {
  /** A folder that may have the package `koffi` in its `node_modules`, where this program has none. */
  readonly koffi?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds that one call of the module may take: 60 000 if absent. */
  readonly timeout?: number | undefined;
}

/** A PKCS #11 module that is loaded in a process of its own, which is ended by {@link close}. */
export class ModuleProcess {
  readonly #path: string;
  readonly #options: ModuleOptions;
  readonly #child: ChildProcess;
  /** Rejects when the process ends. */
  readonly #gone: Promise<never>;

  private constructor(path: string, options: ModuleOptions) {
    this.#path = path;
    this.#options = options;
    this.#child = fork(fileURLToPath(processFile()), [], {
      execArgv: [],
      env: environment(),
      // What a module prints is not for the user who signs.
      stdio: ["ignore", "ignore", "ignore", "ipc"],
      serialization: "advanced",
    });
    const gone = Promise.withResolvers<never>();
    const ended = (why: string): void => gone.reject(this.#failed(why));
    this.#child.on("error", (error) => ended(`its process could not be started (${error.message})`));
    this.#child.on("exit", (code, signal) => ended(`its process ended (${signal ?? `status ${code}`})`));
    this.#gone = gone.promise;
    this.#gone.catch(() => undefined);
  }

  /** @throws ProvenanceError PKCS11_NOT_INSTALLED, PKCS11_MODULE, PKCS11_MODULE_FAILED, PKCS11_FAILED, CANCELLED */
  static async open(path: string, options: ModuleOptions = {}): Promise<ModuleProcess> {
    throwIfCancelled(options.signal);
    const module = new ModuleProcess(path, options);
    try {
      await module.#call(v.undefined(), { call: "open", module: path, koffi: options.koffi });
      return module;
    } catch (error) {
      await module.close();
      throw error;
    }
  }

  /** @throws as {@link open} */
  tokens(): Promise<readonly Token[]> {
    return this.#call(v.array(TOKEN), { call: "tokens" });
  }

  /**
   * Opens a session with a token.
   *
   * @param pin absent where the token needs none, or takes it at the device
   * @throws as {@link open}, PKCS11_PIN_WRONG, PKCS11_PIN_LOCKED, PKCS11_TOKEN
   */
  async logIn({ slot, loginRequired, label }: Token, pin: string | undefined): Promise<void> {
    const bytes = pin === undefined ? undefined : Buffer.from(pin, "utf8");
    await this.#call(v.undefined(), { call: "logIn", slot, login: loginRequired, pin: bytes }, label);
  }

  /** @throws as {@link open} */
  objects(): Promise<TokenObjects> {
    return this.#call(OBJECTS, { call: "objects" });
  }

  /**
   * Signs a digest with ECDSA.
   *
   * @returns r and s, one after the other
   * @throws as {@link open}
   */
  async sign(key: PrivateKeyObject, digest: Buffer): Promise<Buffer> {
    return Buffer.from(await this.#call(BYTES, { call: "sign", key, digest }));
  }

  /** Ends the process, by force where the module does not end in time. */
  async close(): Promise<void> {
    const child = this.#child;
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    const patience = setTimeout(() => child.kill("SIGKILL"), CLOSE_TIMEOUT);
    const exit = once(child, "exit");
    if (child.connected) child.disconnect();
    await exit;
    clearTimeout(patience);
  }

  async #call<T>(schema: v.GenericSchema<unknown, T>, request: Request, token?: string): Promise<T> {
    const answer = v.parse(REPLY, await this.#reply(request));
    switch (answer.outcome) {
      case "done":
        return v.parse(schema, answer.value);
      case "returned":
        throw returnedError(answer.function, answer.value, this.#path, token);
      case "koffi":
        throw notInstalled(answer.message);
      case "failed":
        throw moduleError(this.#path, answer.message);
    }
  }

  async #reply(request: Request): Promise<unknown> {
    const { signal, timeout = TIMEOUT } = this.#options;
    throwIfCancelled(signal);
    const late = AbortSignal.timeout(timeout);
    const stop = signal === undefined ? late : AbortSignal.any([signal, late]);
    const answer = once(this.#child, "message", { signal: stop });
    this.#child.send(request, () => undefined);
    try {
      const [reply] = await Promise.race([this.#gone, answer]);
      return reply;
    } catch (error) {
      if (!stop.aborted) throw error;
      this.#child.kill("SIGKILL");
      throwIfCancelled(signal);
      throw this.#failed(`it did not answer within ${timeout / 1000} seconds`);
    }
  }

  #failed(why: string): ProvenanceError {
    const message = `The PKCS #11 module ${this.#path} failed: ${why}. Reconnect the token and try again.`;
    return new ProvenanceError("PKCS11_MODULE_FAILED", message, { details: { path: this.#path } });
  }
}

/** Modules find their settings in the environment. On the desktop `process.execPath` is the editor itself. */
function environment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _, ...env } = process.env;
  return { ...env, ELECTRON_RUN_AS_NODE: "1" };
}

/** Beside this file and with its extension, in the sources as in the bundles. */
function processFile(): URL {
  return new URL(`pkcs11-process${/\.\w+$/.exec(import.meta.url)?.[0] ?? ".js"}`, import.meta.url);
}
