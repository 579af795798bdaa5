/** A DER value of less than 256 bytes. */
export function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const length = content.length < 0x80 ? [content.length] : [0x81, content.length];
  return Buffer.concat([Buffer.of(tag, ...length), content]);
}

/** A DER integer: no leading zeros but where the first bit would be a sign. */
function integer(bytes: Buffer): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0);
  const digits = first === -1 ? Buffer.of(0) : bytes.subarray(first);
  return (digits[0] ?? 0) >= 0x80 ? der(0x02, Buffer.of(0), digits) : der(0x02, digits);
}

/** Returns `ECDSA-Sig-Value` (RFC 3279, 2.2.3) of r and s, which follow each other in equal lengths. */
export function derSignature(rs: Buffer): Buffer {
  const half = rs.length / 2;
  return der(0x30, integer(rs.subarray(0, half)), integer(rs.subarray(half)));
}
