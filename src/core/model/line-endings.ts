/** Bytes at the beginning in which git looks for a NUL, which makes a file binary. */
const TEXT_PROBE = 8000;

/**
 * The same text with the line ends that git's `autocrlf` could have changed it from: LF where it has CRLF, CRLF where it
 * has LF only.
 *
 * @returns undefined for what git takes for binary, and for a text without a line end
 */
export function withOtherLineEndings(bytes: Buffer): Buffer | undefined {
  if (bytes.subarray(0, TEXT_PROBE).includes(0)) return undefined;
  const text = bytes.toString("latin1");
  if (text.includes("\r\n")) return Buffer.from(text.replaceAll("\r\n", "\n"), "latin1");
  return text.includes("\n") ? Buffer.from(text.replaceAll("\n", "\r\n"), "latin1") : undefined;
}
