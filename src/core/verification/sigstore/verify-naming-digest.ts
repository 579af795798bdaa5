import { type KeyObject, verify } from "node:crypto";
import { CURVE_DIGEST, curveOf } from "../elliptic-keys.ts";

/**
 * Verifies a signature with an explicit digest for EC and RSA keys: BoringSSL, which desktop VS Code is built on, has no
 * default and throws.
 *
 * @param algorithm the digest; absent: any strong digest for the type of key
 */
export function verifyNamingDigest(data: Buffer, key: KeyObject, signature: Buffer, algorithm?: string): boolean {
  const digests = algorithm === undefined ? digestsFor(key) : [algorithm];
  return digests.some((digest) => {
    try {
      return verify(digest, data, key, signature);
    } catch {
      return false;
    }
  });
}

function digestsFor(key: KeyObject): readonly (string | undefined)[] {
  if (key.asymmetricKeyType === "rsa") return ["sha256", "sha384", "sha512"];
  if (key.asymmetricKeyType !== "ec") return [undefined];
  const curve = curveOf(key);
  // OpenSSL's default is SHA-256 whatever the curve, and so is that of older Sigstore services.
  return [...new Set([...(curve === undefined ? [] : [CURVE_DIGEST[curve]]), "sha256"])];
}
