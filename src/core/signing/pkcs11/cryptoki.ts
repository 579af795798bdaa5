import type Koffi from "koffi";
import { CKA, CKF_SERIAL_SESSION, CKM_ECDSA, CKR } from "./constants.ts";

/** `CK_FUNCTION_LIST` of PKCS #11 2.x up to the last function that is used here, in the order of the standard. */
const FUNCTIONS =
  "Initialize Finalize GetInfo GetFunctionList GetSlotList GetSlotInfo GetTokenInfo GetMechanismList GetMechanismInfo InitToken InitPIN SetPIN OpenSession CloseSession CloseAllSessions GetSessionInfo GetOperationState SetOperationState Login Logout CreateObject CopyObject DestroyObject GetObjectSize GetAttributeValue SetAttributeValue FindObjectsInit FindObjects FindObjectsFinal EncryptInit Encrypt EncryptUpdate EncryptFinal DecryptInit Decrypt DecryptUpdate DecryptFinal DigestInit Digest DigestUpdate DigestKey DigestFinal SignInit Sign".split(
    " ",
  );

/** Types of the arguments of the functions that are called. */
const ARGUMENTS = {
  Initialize: ["void *"],
  Finalize: ["void *"],
  GetSlotList: ["uchar", "void *", "void *"],
  GetTokenInfo: ["ulong", "void *"],
  OpenSession: ["ulong", "ulong", "void *", "void *", "void *"],
  CloseSession: ["ulong"],
  Login: ["ulong", "ulong", "void *", "ulong"],
  GetAttributeValue: ["ulong", "ulong", "attributes", "ulong"],
  FindObjectsInit: ["ulong", "attributes", "ulong"],
  FindObjects: ["ulong", "void *", "ulong", "void *"],
  FindObjectsFinal: ["ulong"],
  SignInit: ["ulong", "mechanism", "ulong"],
  Sign: ["ulong", "void *", "ulong", "void *", "void *"],
} as const;

type FunctionName = keyof typeof ARGUMENTS;
type Library = typeof Koffi;
type Type = ReturnType<Library["inout"]> | ReturnType<Library["struct"]>;
type Handle = number | bigint;

/** `CK_ATTRIBUTE`. */
interface Attribute {
  readonly type: number;
  readonly pValue: Buffer | null;
  readonly ulValueLen: number | bigint;
}

/** Bytes: larger than any ECDSA signature. */
const SIGNATURE_ROOM = 1024;
/** Bytes: `CK_TOKEN_INFO` is smaller on every platform. */
const TOKEN_INFO_ROOM = 512;
/** Where `flags` is in `CK_TOKEN_INFO`: after the label, manufacturer, model and serial number. */
const TOKEN_FLAGS = 96;
/** Bytes: an attribute that is read here is smaller. */
const MAX_ATTRIBUTE = 1_000_000;

/** What a function of the module returned instead of `CKR_OK`. */
export class CryptokiError extends Error {
  readonly call: string;
  readonly value: number;

  constructor(call: string, value: number) {
    super(`C_${call} returned 0x${value.toString(16)}`);
    this.call = call;
    this.value = value;
  }
}

/**
 * The functions of a PKCS #11 module (PKCS #11 2.40, section 5), each as the standard has it. Calls block. A module can
 * end the process.
 */
export class Cryptoki {
  readonly #koffi: Library;
  readonly #functions: Readonly<Record<string, unknown>>;
  readonly #prototypes = new Map<FunctionName, ReturnType<Library["proto"]>>();
  readonly #types: Readonly<Record<string, Type>>;
  /** Bytes of a `CK_ULONG`. */
  readonly #ulong: number;
  /** 0 is none (`CK_INVALID_HANDLE`). */
  #session: Handle = 0;

  /** @throws Error where the file is not a library, or not a PKCS #11 module */
  constructor(koffi: Library, path: string) {
    this.#koffi = koffi;
    this.#ulong = koffi.sizeof("ulong");
    // The standard packs structures on Windows.
    const struct = process.platform === "win32" ? koffi.pack : koffi.struct;
    const getFunctionList = koffi.load(path).func("C_GetFunctionList", "ulong", ["void *"]);
    const list = Buffer.alloc(koffi.sizeof("void *"));
    const value = Number(getFunctionList(list));
    if (value !== CKR.OK) throw new CryptokiError("GetFunctionList", value);
    const members = Object.fromEntries(FUNCTIONS.map((name) => [name, "void *"]));
    const table = struct({ major: "uchar", minor: "uchar", ...members });
    this.#functions = koffi.decode(koffi.decode(list, "void *"), table);
    const attribute = struct({ type: "ulong", pValue: "void *", ulValueLen: "ulong" });
    const mechanism = struct({ mechanism: "ulong", pParameter: "void *", ulParameterLen: "ulong" });
    this.#types = { attributes: koffi.inout(koffi.pointer(attribute)), mechanism: koffi.pointer(mechanism) };
    this.#call("Initialize", null);
  }

  finalize(): void {
    this.#call("Finalize", null);
  }

  /** Slots that hold a token. */
  slots(): Handle[] {
    const count = Buffer.alloc(8);
    this.#call("GetSlotList", 1, null, count);
    const list = Buffer.alloc(Math.max(1, Number(this.#read(count, 0))) * this.#ulong);
    this.#call("GetSlotList", 1, list, count);
    return this.#readAll(list, Number(this.#read(count, 0)));
  }

  tokenInfo(slot: Handle): { readonly texts: Buffer; readonly flags: number } {
    const info = Buffer.alloc(TOKEN_INFO_ROOM);
    this.#call("GetTokenInfo", slot, info);
    return { texts: info.subarray(0, TOKEN_FLAGS), flags: Number(this.#read(info, TOKEN_FLAGS)) };
  }

  /** Opens the session that all further calls are made in. */
  openSession(slot: Handle): void {
    const session = Buffer.alloc(8);
    this.#call("OpenSession", slot, CKF_SERIAL_SESSION, null, null, session);
    this.#session = this.#read(session, 0);
  }

  closeSession(): void {
    this.#call("CloseSession", this.#session);
  }

  /** @param pin UTF-8; undefined where it is entered at the device */
  login(user: number, pin: Buffer | undefined): void {
    this.#call("Login", this.#session, user, pin ?? null, pin?.length ?? 0);
  }

  findObjects(objectClass: number): Handle[] {
    const value = Buffer.alloc(this.#ulong);
    value.writeUInt32LE(objectClass);
    const template: Attribute[] = [{ type: CKA.class, pValue: value, ulValueLen: value.length }];
    this.#call("FindObjectsInit", this.#session, template, template.length);
    const found: Handle[] = [];
    const room = 64;
    const list = Buffer.alloc(room * this.#ulong);
    const count = Buffer.alloc(8);
    for (;;) {
      this.#call("FindObjects", this.#session, list, room, count);
      const some = this.#readAll(list, Number(this.#read(count, 0)));
      if (some.length === 0) break;
      found.push(...some);
    }
    this.#call("FindObjectsFinal", this.#session);
    return found;
  }

  /** The bytes of an attribute, or undefined where the object has none of this type. */
  attribute(object: Handle, type: number): Buffer | undefined {
    const sized = this.#getAttribute(object, { type, pValue: null, ulValueLen: 0 });
    if (sized === undefined || sized > MAX_ATTRIBUTE) return undefined;
    const value = Buffer.alloc(Math.max(1, sized));
    const length = this.#getAttribute(object, { type, pValue: value, ulValueLen: sized });
    return length === undefined || length > sized ? undefined : value.subarray(0, length);
  }

  signInit(key: Handle): void {
    this.#call("SignInit", this.#session, { mechanism: CKM_ECDSA, pParameter: null, ulParameterLen: 0 }, key);
  }

  /** @returns r and s, one after the other, each as long as the curve's order */
  sign(digest: Buffer): Buffer {
    const signature = Buffer.alloc(SIGNATURE_ROOM);
    const length = Buffer.alloc(8);
    length.writeUInt32LE(signature.length);
    this.#call("Sign", this.#session, digest, digest.length, signature, length);
    return signature.subarray(0, Number(this.#read(length, 0)));
  }

  #getAttribute(object: Handle, attribute: Attribute): number | undefined {
    const template = [attribute];
    try {
      this.#call("GetAttributeValue", this.#session, object, template, 1);
    } catch (error) {
      const absent: readonly number[] = [CKR.ATTRIBUTE_SENSITIVE, CKR.ATTRIBUTE_TYPE_INVALID];
      if (error instanceof CryptokiError && absent.includes(error.value)) return undefined;
      throw error;
    }
    return Number(template[0]?.ulValueLen ?? 0);
  }

  #call(name: FunctionName, ...args: readonly unknown[]): void {
    let prototype = this.#prototypes.get(name);
    if (prototype === undefined) {
      const types = ARGUMENTS[name].map((type) => this.#types[type] ?? type);
      prototype = this.#koffi.proto("ulong", types);
      this.#prototypes.set(name, prototype);
    }
    const value = Number(this.#koffi.call(this.#functions[name], prototype, ...args));
    if (value !== CKR.OK) throw new CryptokiError(name, value);
  }

  /** A `CK_ULONG`. */
  #read(buffer: Buffer, offset: number): Handle {
    if (this.#ulong === 4) return buffer.readUInt32LE(offset);
    return buffer.readBigUInt64LE(offset);
  }

  #readAll(list: Buffer, count: number): Handle[] {
    return Array.from({ length: count }, (_, index) => this.#read(list, index * this.#ulong));
  }
}
