import { createVerify } from "node:crypto";
import { CURVE_DIGEST } from "../verification/elliptic-keys.ts";
import type { SignerPublicKey } from "./private-key.ts";

/** Content octets of a DER integer: no leading zeros but where the first bit would be a sign. */
function integer(bytes: Buffer): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0);
  const digits = first === -1 ? Buffer.of(0) : bytes.subarray(first);
  const content = (digits[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), digits]) : digits;
  return Buffer.concat([Buffer.of(0x02, content.length), content]);
}

/** Returns `ECDSA-Sig-Value` (RFC 3279, 2.2.3) of r and s, which follow each other in equal lengths. */
export function derSignature(rs: Buffer): Buffer {
  const half = rs.length / 2;
  const content = Buffer.concat([integer(rs.subarray(0, half)), integer(rs.subarray(half))]);
  const length = content.length < 0x80 ? [content.length] : [0x81, content.length];
  return Buffer.concat([Buffer.of(0x30, ...length), content]);
}

/** Whether a signature (DER) over the parts of a message verifies, with the digest that fits the curve. */
export function verifiesParts(parts: readonly Buffer[], signature: Buffer, key: SignerPublicKey): boolean {
  const verifier = createVerify(CURVE_DIGEST[key.curve]);
  for (const part of parts) verifier.update(part);
  return verifier.verify({ key: key.publicKey, dsaEncoding: "der" }, signature);
}
