import * as v from "valibot";

/** An initialized token in a slot, by its own words (`CK_TOKEN_INFO`). */
export const TOKEN = v.object({
  /** Of the slot that holds it. */
  slot: v.number(),
  label: v.string(),
  manufacturer: v.string(),
  model: v.string(),
  serial: v.string(),
  loginRequired: v.boolean(),
  /** The PIN is entered at the device. */
  protectedPath: v.boolean(),
  /** The next wrong PIN locks the token. */
  pinFinalTry: v.boolean(),
  pinLocked: v.boolean(),
});

export type Token = Readonly<v.InferOutput<typeof TOKEN>>;

export type AskPin = (token: Token) => string | Promise<string>;
