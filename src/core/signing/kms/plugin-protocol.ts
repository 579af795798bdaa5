import * as v from "valibot";
import type { Curve } from "../../verification/signer.ts";

// Version 1 of the protocol of sigstore/sigstore, pkg/signature/kms/cliplugin: arguments are the version and a JSON
// object, standard input is the message, standard output a JSON object. The exit status says nothing.

export const PROTOCOL_VERSION = "v1";

/** Numbers of Go's `crypto.Hash`. */
export const HASH_FUNCTIONS: Readonly<Record<Curve, number>> = { "P-256": 5, "P-384": 6, "P-521": 7 };

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

export type PluginResponse = v.InferOutput<typeof RESPONSE>;

export type PluginCall = { readonly method: "publicKey" } | { readonly method: "signMessage"; readonly curve: Curve };

/** The second argument of a plugin: never a secret. */
export function pluginArguments(key: string, call: PluginCall, deadline: Date): string {
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

/** @throws Error where the text is not a response */
export function parseResponse(text: string): PluginResponse {
  return v.parse(RESPONSE, JSON.parse(text));
}
