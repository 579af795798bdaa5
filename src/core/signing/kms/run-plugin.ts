import { type ExecFileException, execFile } from "node:child_process";
import { basename } from "node:path";
import * as v from "valibot";
import { ProvenanceError, throwIfCancelled } from "../../errors.ts";
import type { Curve } from "../../verification/signer.ts";
import type { PluginOptions } from "./plugin-options.ts";

/** Milliseconds that one call may take; a person may have to agree somewhere. */
const TIMEOUT = 60_000;
/** Characters of a response. */
const MAX_RESPONSE = 1_000_000;
/** Characters of an error message that are repeated. */
const MAX_MESSAGE = 1000;

/**
 * Runs a plugin once. It has the environment of this process, where it finds what it needs to log in.
 *
 * @param program absolute path
 * @param message parts of what it signs
 * @throws ProvenanceError KMS_PLUGIN_FAILED, CANCELLED
 */
export async function runPlugin(
  program: string,
  key: string,
  call: PluginCall,
  message: readonly Buffer[],
  options: PluginOptions,
): Promise<PluginResponse> {
  const { signal, timeout = TIMEOUT } = options;
  throwIfCancelled(signal);
  const deadline = new Date(Date.now() + timeout);
  const text = await output(program, [PROTOCOL_VERSION, pluginArguments(key, call, deadline)], message, options);
  let response: PluginResponse;
  try {
    response = v.parse(RESPONSE, JSON.parse(text));
  } catch (cause) {
    throw pluginFailed(program, "its answer is not one of the protocol (cliplugin, v1)", cause);
  }
  const { errorMessage } = response;
  if (errorMessage) throw pluginFailed(program, errorMessage.slice(0, MAX_MESSAGE));
  return response;
}

export function pluginFailed(program: string, why: string, cause?: unknown): ProvenanceError {
  const name = basename(program);
  const message = `The plugin ${name} failed: ${why.replace(/\.$/, "")}.`;
  return new ProvenanceError("KMS_PLUGIN_FAILED", message, { details: { program }, cause });
}

function output(
  program: string,
  args: readonly string[],
  message: readonly Buffer[],
  { onOutput, signal, timeout = TIMEOUT }: PluginOptions,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const limits = { maxBuffer: MAX_RESPONSE, timeout, killSignal: "SIGKILL", signal } as const;
    const child = execFile(program, args, { ...limits, windowsHide: true }, (error, text) => {
      const why = error === null ? undefined : failureOf(error, timeout);
      if (signal?.aborted === true) reject(new ProvenanceError("CANCELLED", "Cancelled.", { cause: signal.reason }));
      else if (why !== undefined) reject(pluginFailed(program, why, error));
      else resolve(text);
    });
    child.stderr?.on("data", (chunk: string) => onOutput?.(chunk));
    // A plugin need not read what it does not need.
    child.stdin?.on("error", () => {});
    for (const part of message) child.stdin?.write(part);
    child.stdin?.end();
  });
}

/** Why there is no answer; undefined for an exit status, which says nothing. */
function failureOf({ code, killed, signal, message }: ExecFileException, timeout: number): string | undefined {
  if (code === "ERR_CHILD_PROCESS_STDIO_MAXBUFFER") return "its answer is too long";
  if (killed === true) return `it did not answer within ${timeout / 1000} seconds`;
  if (signal) return `its process ended (${signal})`;
  return typeof code === "string" ? `it could not be started (${message})` : undefined;
}

// Version 1 of the protocol of sigstore/sigstore, pkg/signature/kms/cliplugin: arguments are the version and a JSON
// object, standard input is the message, standard output a JSON object. The exit status says nothing.

const PROTOCOL_VERSION = "v1";

/** Numbers of Go's `crypto.Hash`. */
const HASH_FUNCTIONS: Readonly<Record<Curve, number>> = { "P-256": 5, "P-384": 6, "P-521": 7 };

/** Go writes byte slices in base64. */
const BYTES = v.pipe(
  v.string(),
  v.base64(),
  v.transform((text) => Buffer.from(text, "base64")),
);

/** What Go leaves out may be `null`, too. */
const RESPONSE = v.object({
  errorMessage: v.nullish(v.string()),
  publicKey: v.nullish(v.object({ publicKeyPEM: BYTES })),
  signMessage: v.nullish(v.object({ signature: BYTES })),
});

type PluginResponse = v.InferOutput<typeof RESPONSE>;

type PluginCall = { readonly method: "publicKey" } | { readonly method: "signMessage"; readonly curve: Curve };

/** The second argument of a plugin: never a secret. */
function pluginArguments(key: string, call: PluginCall, deadline: Date): string {
  const hashFunc = HASH_FUNCTIONS[call.method === "publicKey" ? "P-256" : call.curve];
  const rpcOptions = { ctxDeadline: deadline.toISOString(), keyVersion: "", remoteVerification: false };
  return JSON.stringify({
    initOptions: {
      ctxDeadline: deadline.toISOString(),
      protocolVersion: PROTOCOL_VERSION,
      keyResourceID: key,
      hashFunc,
      rpcOptions,
    },
    methodName: call.method,
    ...(call.method === "publicKey"
      ? { publicKey: { publicKeyOptions: { rpcOptions } } }
      : { signMessage: { signOptions: { rpcOptions, messageOptions: { hashFunc } } } }),
  });
}
