/**
 * A distinguished name as RFC 4514 text, most specific part first.
 *
 * @param lines as Node's X509Certificate gives them: escaped, a line a part, in the order of the certificate
 */
export function distinguishedName(lines: string): string {
  return lines.split("\n").reverse().join(",");
}
