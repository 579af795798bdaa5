/** Numbers of PKCS #11 2.40 (`pkcs11t.h`) that are used here. */

export const CKO = { certificate: 1, publicKey: 2, privateKey: 3 } as const;

export const CKA = {
  class: 0x0,
  label: 0x3,
  value: 0x11,
  keyType: 0x100,
  id: 0x102,
  sign: 0x108,
  ecParams: 0x180,
  ecPoint: 0x181,
  alwaysAuthenticate: 0x202,
} as const;

export const CKK_EC = 3;
export const CKM_ECDSA = 0x1041;
export const CKU = { user: 1, contextSpecific: 2 } as const;
export const CKF_SERIAL_SESSION = 4;

/** Bits of a token's flags. */
export const CKF = {
  loginRequired: 0x4,
  protectedPath: 0x100,
  initialized: 0x400,
  pinFinalTry: 0x2_0000,
  pinLocked: 0x4_0000,
} as const;

/** Return values that a person may meet, or that are handled here. */
export const CKR = {
  OK: 0x0,
  HOST_MEMORY: 0x2,
  SLOT_ID_INVALID: 0x3,
  GENERAL_ERROR: 0x5,
  FUNCTION_FAILED: 0x6,
  ARGUMENTS_BAD: 0x7,
  ATTRIBUTE_SENSITIVE: 0x11,
  ATTRIBUTE_TYPE_INVALID: 0x12,
  DATA_INVALID: 0x20,
  DATA_LEN_RANGE: 0x21,
  DEVICE_ERROR: 0x30,
  DEVICE_MEMORY: 0x31,
  DEVICE_REMOVED: 0x32,
  FUNCTION_CANCELED: 0x50,
  FUNCTION_NOT_SUPPORTED: 0x54,
  KEY_HANDLE_INVALID: 0x60,
  KEY_TYPE_INCONSISTENT: 0x63,
  KEY_FUNCTION_NOT_PERMITTED: 0x68,
  MECHANISM_INVALID: 0x70,
  PIN_INCORRECT: 0xa0,
  PIN_INVALID: 0xa1,
  PIN_LEN_RANGE: 0xa2,
  PIN_EXPIRED: 0xa3,
  PIN_LOCKED: 0xa4,
  SESSION_COUNT: 0xb1,
  SESSION_HANDLE_INVALID: 0xb3,
  TOKEN_NOT_PRESENT: 0xe0,
  TOKEN_NOT_RECOGNIZED: 0xe1,
  USER_ALREADY_LOGGED_IN: 0x100,
  USER_NOT_LOGGED_IN: 0x101,
  USER_PIN_NOT_INITIALIZED: 0x102,
} as const;

/** `CKR_DEVICE_ERROR` */
export function returnValueName(value: number): string {
  const [name] = Object.entries(CKR).find(([, known]) => known === value) ?? [];
  return name === undefined ? `return value 0x${value.toString(16)}` : `CKR_${name}`;
}
