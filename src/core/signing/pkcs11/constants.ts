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
  pinInitialized: 0x8,
  protectedPath: 0x100,
  initialized: 0x400,
  pinCountLow: 0x1_0000,
  pinFinalTry: 0x2_0000,
  pinLocked: 0x4_0000,
} as const;

export const CKR = {
  ok: 0x0,
  attributeSensitive: 0x11,
  attributeTypeInvalid: 0x12,
  deviceRemoved: 0x32,
  pinIncorrect: 0xa0,
  pinInvalid: 0xa1,
  pinLengthRange: 0xa2,
  pinExpired: 0xa3,
  pinLocked: 0xa4,
  tokenNotPresent: 0xe0,
  userAlreadyLoggedIn: 0x100,
  pinNotInitialized: 0x102,
} as const;

/** Return values that a person may meet, by the names of the standard. */
const NAMES: Readonly<Record<number, string>> = {
  2: "CKR_HOST_MEMORY",
  3: "CKR_SLOT_ID_INVALID",
  5: "CKR_GENERAL_ERROR",
  6: "CKR_FUNCTION_FAILED",
  7: "CKR_ARGUMENTS_BAD",
  32: "CKR_DATA_INVALID",
  33: "CKR_DATA_LEN_RANGE",
  48: "CKR_DEVICE_ERROR",
  49: "CKR_DEVICE_MEMORY",
  50: "CKR_DEVICE_REMOVED",
  80: "CKR_FUNCTION_CANCELED",
  84: "CKR_FUNCTION_NOT_SUPPORTED",
  96: "CKR_KEY_HANDLE_INVALID",
  99: "CKR_KEY_TYPE_INCONSISTENT",
  104: "CKR_KEY_FUNCTION_NOT_PERMITTED",
  112: "CKR_MECHANISM_INVALID",
  160: "CKR_PIN_INCORRECT",
  161: "CKR_PIN_INVALID",
  162: "CKR_PIN_LEN_RANGE",
  163: "CKR_PIN_EXPIRED",
  164: "CKR_PIN_LOCKED",
  177: "CKR_SESSION_COUNT",
  179: "CKR_SESSION_HANDLE_INVALID",
  224: "CKR_TOKEN_NOT_PRESENT",
  225: "CKR_TOKEN_NOT_RECOGNIZED",
  257: "CKR_USER_NOT_LOGGED_IN",
  258: "CKR_USER_PIN_NOT_INITIALIZED",
  259: "CKR_USER_TYPE_INVALID",
  260: "CKR_USER_ANOTHER_ALREADY_LOGGED_IN",
};

export function returnValueName(value: number): string {
  return NAMES[value] ?? `return value 0x${value.toString(16)}`;
}
