import { type ErrorCode, ProvenanceError } from "../../errors.ts";
import { CKR, returnValueName } from "./constants.ts";

/** The package that loads modules, in the version that is tested; `package.json` has it as an optional dependency. */
export const KOFFI = "koffi@3.3.4";

export function notInstalled(why: string): ProvenanceError {
  const message = `Keys in a PKCS #11 token need the npm package koffi, which is not installed or does not support this system (${process.platform} ${process.arch}). Install it with "npm install ${KOFFI}".`;
  return new ProvenanceError("PKCS11_NOT_INSTALLED", message, { details: { why, package: KOFFI } });
}

export function returnedError(call: string, value: number, path: string, token = "of the module"): ProvenanceError {
  const details = { path, token, function: `C_${call}`, value };
  const error = (code: ErrorCode, message: string) => new ProvenanceError(code, message, { details });
  switch (value) {
    case CKR.PIN_INCORRECT:
    case CKR.PIN_INVALID:
    case CKR.PIN_LEN_RANGE:
      return error("PKCS11_PIN_WRONG", `The PIN for the token "${token}" is wrong.`);
    case CKR.PIN_LOCKED:
      return pinLocked(token);
    case CKR.PIN_EXPIRED:
      return error("PKCS11_PIN_LOCKED", `The PIN of the token "${token}" has expired. Set a new one.`);
    case CKR.USER_PIN_NOT_INITIALIZED:
      return error("PKCS11_PIN_LOCKED", `The token "${token}" has no PIN yet. Set one.`);
    case CKR.TOKEN_NOT_PRESENT:
    case CKR.DEVICE_REMOVED:
      return error("PKCS11_TOKEN", "The token was removed. Insert it and try again.");
    default: {
      const returned = `C_${call} returned ${returnValueName(value)}`;
      return error("PKCS11_FAILED", `The PKCS #11 module ${path} reported an error: ${returned}.`);
    }
  }
}

export function pinLocked(token: string): ProvenanceError {
  const message = `The PIN of the token "${token}" is locked after too many wrong ones. Unblock it with its manufacturer's tool.`;
  return new ProvenanceError("PKCS11_PIN_LOCKED", message, { details: { token } });
}
