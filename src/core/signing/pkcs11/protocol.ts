import * as v from "valibot";
import type { Token } from "./token.ts";

// A module shares its process with the code that calls it and could send anything, so answers are parsed.

export const BYTES = v.custom<Uint8Array>((value) => value instanceof Uint8Array);
const HANDLE = v.union([v.number(), v.bigint()]);
/** Label, and identifier in lower-case hex: what objects that belong together have in common. */
const NAMES = { label: v.string(), id: v.string() };

export const TOKEN = v.object({
  slot: v.number(),
  label: v.string(),
  manufacturer: v.string(),
  model: v.string(),
  serial: v.string(),
  loginRequired: v.boolean(),
  protectedPath: v.boolean(),
  pinFinalTry: v.boolean(),
  pinLocked: v.boolean(),
}) satisfies v.GenericSchema<Token>;

export const OBJECTS = v.object({
  privateKeys: v.array(
    v.object({ ...NAMES, handle: HANDLE, type: v.number(), canSign: v.boolean(), alwaysAuthenticate: v.boolean() }),
  ),
  /** `ecParams`: DER of the curve. `ecPoint`: the point, in a DER octet string or not. */
  publicKeys: v.array(v.object({ ...NAMES, ecParams: BYTES, ecPoint: BYTES })),
  certificates: v.array(v.object({ ...NAMES, der: BYTES })),
});

export type TokenObjects = v.InferOutput<typeof OBJECTS>;
export type PrivateKeyObject = TokenObjects["privateKeys"][number];

/** What the process can be asked to do, in this order. */
export type Request =
  /** `koffi`: a folder that may have the package `koffi` in its `node_modules`. */
  | { readonly call: "open"; readonly module: string; readonly koffi: string | undefined }
  | { readonly call: "tokens" }
  /** `pin`: UTF-8; absent where the device or the token does not need it. */
  | { readonly call: "logIn"; readonly slot: number; readonly login: boolean; readonly pin: Uint8Array | undefined }
  | { readonly call: "objects" }
  | { readonly call: "sign"; readonly key: PrivateKeyObject; readonly digest: Uint8Array };

export const REPLY = v.variant("outcome", [
  v.object({ outcome: v.literal("done"), value: v.optional(v.unknown()) }),
  /** A function of the module returned an error. */
  v.object({ outcome: v.literal("returned"), function: v.string(), value: v.number() }),
  /** `koffi` is not there or does not load. */
  v.object({ outcome: v.literal("koffi"), message: v.string() }),
  v.object({ outcome: v.literal("failed"), message: v.string() }),
]);

export type Reply = v.InferOutput<typeof REPLY>;
