import type { PemSource } from "../../trust.ts";

/** An initialized token in a slot. */
export interface Token {
  /** Of the slot that holds the token. */
  readonly slot: number;
  readonly label: string;
  readonly manufacturer: string;
  readonly model: string;
  readonly serial: string;
  readonly loginRequired: boolean;
  /** The PIN is entered at the device. */
  readonly protectedPath: boolean;
  readonly pinInitialized: boolean;
  /** The next wrong PIN locks the token. */
  readonly pinFinalTry: boolean;
  readonly pinLocked: boolean;
}

/** Asks for the PIN of a token. `pinFinalTry`: a wrong one locks the token. */
export type AskPin = (token: Token) => string | Promise<string>;

export interface Pkcs11Identity {
  readonly method: "pkcs11";
  /** RFC 7512: names the module, the token and the key. */
  readonly uri: string;
  /** Asked where the token needs a PIN and the URI has none. */
  readonly pin?: AskPin;
  /** The signer's certificate, or `token` for the one that the token has for the key; without it, the key alone signs. */
  readonly certificate?: PemSource | "token";
  /** Intermediate certificates, and the root if it is to travel along. */
  readonly chain?: readonly PemSource[];
  /** A folder that may have the package `koffi` in its `node_modules`, where this program has none. */
  readonly koffi?: string;
  /** Milliseconds that one call of the module may take: 60 000 if absent. */
  readonly timeout?: number;
}
