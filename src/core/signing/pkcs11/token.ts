/** An initialized token in a slot, by its own words (`CK_TOKEN_INFO`). Part of the library's types: no package's types here. */
export interface Token {
  /** Of the slot that holds it. */
  readonly slot: number;
  readonly label: string;
  readonly manufacturer: string;
  readonly model: string;
  readonly serial: string;
  readonly loginRequired: boolean;
  /** The PIN is entered at the device. */
  readonly protectedPath: boolean;
  /** The next wrong PIN locks the token. */
  readonly pinFinalTry: boolean;
  readonly pinLocked: boolean;
}

export type AskPin = (token: Token) => string | Promise<string>;
