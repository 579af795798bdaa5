const STANDARD_OR_URL_SAFE = /^(?:[A-Za-z0-9+/]+|[A-Za-z0-9_-]+)={0,2}$/;

/**
 * Decodes Base64 of RFC 4648, section 4 or 5 (DSSE allows both alphabets), padded or not.
 *
 * @returns undefined where the text is empty or not Base64; Node's own decoder would skip what it does not know
 */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, "base64");
  // Nearly every text; encoding it again is faster than looking at each character.
  if (text !== "" && bytes.toString("base64") === text) return bytes;
  if (!STANDARD_OR_URL_SAFE.test(text)) return undefined;
  const unpadded = text.replace(/=+$/, "").length;
  if (unpadded % 4 === 1) return undefined;
  if (unpadded !== text.length && text.length % 4 !== 0) return undefined;
  return bytes;
}
