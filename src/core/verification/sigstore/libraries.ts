import { type KeyObject, verify } from "node:crypto";
import { ProvenanceError } from "../../errors.ts";
import { CURVE_DIGEST, curveOf } from "../elliptic-keys.ts";

/** Sigstore's libraries, ready for use on this platform. */
export type SigstoreLibraries = Pick<typeof import("./library-modules.ts"), "bundle" | "verify">;

let loading: Promise<SigstoreLibraries> | undefined;

/**
 * Loads the libraries once, when the first keyless signature needs them.
 *
 * @throws ProvenanceError SIGSTORE_PLATFORM where the cryptography here gives wrong answers
 */
export function loadSigstore(): Promise<SigstoreLibraries> {
  loading ??= load();
  return loading;
}

async function load(): Promise<SigstoreLibraries> {
  const { bundle, core, libraryCrypto, verify } = await import("./library-modules.ts");
  // Changes the library's own object, not the platform's module.
  Object.assign(libraryCrypto, { verify: verifyNamingDigest });
  const failed = failedSelfCheck(core.crypto);
  if (failed !== undefined) {
    const message = `Keyless signatures can't be verified here: this platform's cryptography fails a self-check (${failed}).`;
    throw new ProvenanceError("SIGSTORE_PLATFORM", message, { details: { failed } });
  }
  return { bundle, verify };
}

/** The functions that `@sigstore/core` verifies signatures with. */
export interface LibraryCrypto {
  createPublicKey(der: Buffer): KeyObject;
  verify(data: Buffer, key: KeyObject, signature: Buffer, algorithm?: string): boolean;
}

/** Signed by keys that were generated for these vectors only. */
const DATA = Buffer.from("model-provenance");
const VECTORS = [
  {
    kind: "P-256",
    key: "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEjkckvitKLwWt4snIYBpXevhCJcKmRFBYYswl8udV6H5zh3QdIoHAnl+EwvH3o1MeHDzT3dmipK8DvEN+zR202A==",
    signature: "MEYCIQDWfps4MDxYRnOgPbggvRTxV0HNciQdmyQDRKrUFkR55QIhAJBT6xlPv+BPngGwxGH53Cr6hE4F3Emv9OAlmCtgi16m",
  },
  {
    kind: "P-384",
    key: "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAELLou4GcIZ6TAcid4if6mcFWCGw3zxg2Ne7Nr7o1Tv7G5fT2LIFQK2jtIdbqMO1CRar5jAFtalQ9epZHB/DiiH1yXPS4rb5S+LIICnPx2CPLvKOtbB1l8k2RjSx0+iHVb",
    signature:
      "MGYCMQDxfcbOT/LkavUaJQncBWjJvzs3MeiCfH+hPoujDRovAYhyAR9/gmLEnXq18dwsxK0CMQCluDEETGYnnBeEgci9oNn+6WIJy5fiZ/QkD39cf9Ngiwg82rVKx8rlFwX5Dx02zsk=",
  },
  {
    kind: "RSA",
    key: "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAl3QpOQaNGlUhSNEOczZEzjCed31WpWBS3m2mOjOGqaiBj73xTj2TVL7UG18iJoYjsSblUJRc4Ej7JBC5ZO+DC/wopYcAB9bz8JSHK5C4f0bMtcFclt+E2u9Tam0DfABXIXeKkU/ttE0jLOCsHhEI3exJW4k0sH/81ZV0KGEoe00a2ZHbsiDvfw1gjX58c4f9MjO+yvHSYaQ0hd88P7eFjypoHQW18Vht2itbz6xJG0xkpm8Pc4wAHqCInBR4GrqStkv+aNFdkTpXyjZdjJwNNR8bBCtnFz3agszMvl9k4MlrVo4mnClXCr3SzJOLhn18Q51O6C4eTCSCv1y02tqB3wIDAQAB",
    signature:
      "irj8OZ0hGGhpzPiRGTEqCYjsGOpfq8Lx5/9aHcZuJMNQPNkfmQ8CDxGBkjTDeLEIZVjISVjp4wwjWU6u6gidd7Asq6aZmKqyu+BejEQtqzwpRyChTl5t8WehX8iQfOMsEV/JZ7pZZHKC2vaGr5+JCtrIo2fy4k9VXthd0CTdbAu8Frpsq8LeCH0zqSeCbHdCeEFXzDLniXFDNmp9IayrHNEwb6XPwa3Zg7SatAu5viRBvTdUePRPInGzs+wdxCgVQuvqSkElReBjA76zE4gB7AnR87WSzT9XBue9pQBeQYv9pzuj5ILUoJJDDbszKUcAb5idTzbtMbs4vtrJ9Y7uGw==",
  },
  {
    kind: "Ed25519",
    key: "MCowBQYDK2VwAyEAiTVjJeBPDjITwv9c8TNFG7EGL66Q7nLuCj2Eo2t1RzY=",
    signature: "00nT7D1botARfujuLM8oTULjCAGsQVmbp6xEqTzq9Pi7024+es/1bUfajYpiw6l5LebJqyNVqhWmDmiDdG/TDw==",
  },
] as const;

/**
 * Checks that this platform's cryptography accepts valid signatures and rejects others, called as the library calls it.
 *
 * @returns the kind of key for which it does not
 */
export function failedSelfCheck(crypto: LibraryCrypto): string | undefined {
  return VECTORS.find((vector) => !holds(vector, crypto))?.kind;
}

function holds({ key, signature }: (typeof VECTORS)[number], crypto: LibraryCrypto): boolean {
  try {
    const publicKey = crypto.createPublicKey(Buffer.from(key, "base64"));
    const signed = Buffer.from(signature, "base64");
    return crypto.verify(DATA, publicKey, signed) && !crypto.verify(DATA.subarray(1), publicKey, signed);
  } catch {
    return false;
  }
}

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
