import type Koffi from "koffi";
import { CKA, CKF, CKO, CKR, CKU } from "./constants.ts";
import { Cryptoki, CryptokiError } from "./cryptoki.ts";
import type { PrivateKeyObject, TokenObjects } from "./protocol.ts";
import type { Token } from "./token.ts";

/** A module, and the session with one of its tokens. */
export class TokenSession {
  readonly #cryptoki: Cryptoki;
  #pin: Buffer | undefined;

  /** @throws Error where the module cannot be loaded */
  constructor(koffi: typeof Koffi, module: string) {
    this.#cryptoki = new Cryptoki(koffi, module);
  }

  /** Initialized tokens. One that is removed meanwhile is left out. */
  tokens(): Token[] {
    return this.#cryptoki.slots().flatMap((slot) => {
      const token = this.#token(slot);
      return token === undefined ? [] : [token];
    });
  }

  logIn(slot: number, login: boolean, pin: Uint8Array | undefined): void {
    this.#cryptoki.openSession(slot);
    this.#pin = pin === undefined ? undefined : Buffer.from(pin);
    if (!login) return;
    try {
      this.#cryptoki.login(CKU.user, this.#pin);
    } catch (error) {
      if (error instanceof CryptokiError && error.value === CKR.USER_ALREADY_LOGGED_IN) return;
      this.#cryptoki.closeSession();
      throw error;
    }
  }

  objects(): TokenObjects {
    return {
      privateKeys: this.#cryptoki.findObjects(CKO.privateKey).map((handle) => ({
        ...this.#names(handle),
        handle,
        type: Number(this.#cryptoki.attribute(handle, CKA.keyType)?.readUInt32LE() ?? 0),
        canSign: this.#flag(handle, CKA.sign) ?? true,
        alwaysAuthenticate: this.#flag(handle, CKA.alwaysAuthenticate) ?? false,
      })),
      publicKeys: this.#cryptoki.findObjects(CKO.publicKey).flatMap((handle) => {
        const ecParams = this.#cryptoki.attribute(handle, CKA.ecParams);
        const ecPoint = this.#cryptoki.attribute(handle, CKA.ecPoint);
        return ecParams === undefined || ecPoint === undefined ? [] : [{ ...this.#names(handle), ecParams, ecPoint }];
      }),
      certificates: this.#cryptoki.findObjects(CKO.certificate).flatMap((handle) => {
        const der = this.#cryptoki.attribute(handle, CKA.value);
        return der === undefined ? [] : [{ ...this.#names(handle), der }];
      }),
    };
  }

  sign({ handle, alwaysAuthenticate }: PrivateKeyObject, digest: Uint8Array): Buffer {
    this.#cryptoki.signInit(handle);
    if (alwaysAuthenticate) this.#cryptoki.login(CKU.contextSpecific, this.#pin);
    return this.#cryptoki.sign(Buffer.from(digest));
  }

  finalize(): void {
    this.#cryptoki.finalize();
  }

  #token(slot: number | bigint): Token | undefined {
    try {
      const { texts, flags } = this.#cryptoki.tokenInfo(slot);
      if ((flags & CKF.initialized) === 0) return undefined;
      const has = (flag: number): boolean => (flags & flag) !== 0;
      return {
        slot: Number(slot),
        ...tokenTexts(texts),
        loginRequired: has(CKF.loginRequired),
        protectedPath: has(CKF.protectedPath),
        pinFinalTry: has(CKF.pinFinalTry),
        pinLocked: has(CKF.pinLocked),
      };
    } catch (error) {
      const gone: readonly number[] = [CKR.TOKEN_NOT_PRESENT, CKR.DEVICE_REMOVED];
      if (error instanceof CryptokiError && gone.includes(error.value)) return undefined;
      throw error;
    }
  }

  #flag(object: number | bigint, type: number): boolean | undefined {
    const value = this.#cryptoki.attribute(object, type)?.[0];
    return value === undefined ? undefined : value !== 0;
  }

  #names(object: number | bigint): { readonly label: string; readonly id: string } {
    const label = this.#cryptoki.attribute(object, CKA.label)?.toString("utf8").replace(/\0+$/, "");
    return { label: label ?? "", id: this.#cryptoki.attribute(object, CKA.id)?.toString("hex") ?? "" };
  }
}

/** The texts at the start of `CK_TOKEN_INFO`, which are padded with blanks. */
function tokenTexts(bytes: Buffer): Pick<Token, "label" | "manufacturer" | "model" | "serial"> {
  const text = (from: number, to: number): string => bytes.toString("utf8", from, to).replace(/[ \0]+$/, "");
  return { label: text(0, 32), manufacturer: text(32, 64), model: text(64, 80), serial: text(80, 96) };
}
