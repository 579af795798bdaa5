/** DSSE payload type of every OMS signature (OMS 6.7). */
export const PAYLOAD_TYPE = "application/vnd.in-toto+json";

/**
 * DSSE pre-authentication encoding, version 1, in parts: a large payload is not copied.
 * Lengths are bytes, in decimal.
 */
export function preAuthenticationEncoding(payloadType: string, payload: Buffer): readonly Buffer[] {
  const type = Buffer.from(payloadType, "utf8");
  return [Buffer.from(`DSSEv1 ${type.length} `), type, Buffer.from(` ${payload.length} `), payload];
}

/**
 * What version 0.2 of the reference implementation signed instead: another tag, and the payload
 * as Python prints a byte string. Only for statements in the deprecated layout.
 */
export function legacyEncoding(payloadType: string, payload: Buffer): readonly Buffer[] {
  return [Buffer.from(`DSSEV1 ${payloadType.length} ${payloadType} ${payload.length} ${pythonBytes(payload)}`)];
}

/** Python's `repr(bytes)`. */
function pythonBytes(bytes: Buffer): string {
  const quote = bytes.includes(0x27) && !bytes.includes(0x22) ? '"' : "'";
  let text = "";
  for (const byte of bytes) {
    const character = String.fromCharCode(byte);
    if (character === "\\" || character === quote) text += `\\${character}`;
    else if (character === "\t") text += "\\t";
    else if (character === "\n") text += "\\n";
    else if (character === "\r") text += "\\r";
    else if (byte < 0x20 || byte > 0x7e) text += `\\x${byte.toString(16).padStart(2, "0")}`;
    else text += character;
  }
  return `b${quote}${text}${quote}`;
}
