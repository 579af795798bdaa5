import { generateKeyPairSync, type KeyObject } from "node:crypto";

/** The curves of the OMS algorithm registry, and two kinds of key that it does not have. */
export type KeyKind = "P-256" | "P-384" | "P-521" | "RSA" | "Ed25519";

export interface KeyPair {
  readonly kind: KeyKind;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** PKCS#8. */
  readonly privatePem: string;
  /** SPKI. */
  readonly publicPem: string;
}

const CURVES = { "P-256": "prime256v1", "P-384": "secp384r1", "P-521": "secp521r1" } as const;

function generate(kind: KeyKind): { privateKey: KeyObject; publicKey: KeyObject } {
  if (kind === "RSA") return generateKeyPairSync("rsa", { modulusLength: 2048 });
  if (kind === "Ed25519") return generateKeyPairSync("ed25519");
  return generateKeyPairSync("ec", { namedCurve: CURVES[kind] });
}

/** A new key pair. Nothing of it is ever committed. */
export function makeKeys(kind: KeyKind = "P-256"): KeyPair {
  const { privateKey, publicKey } = generate(kind);
  return {
    kind,
    privateKey,
    publicKey,
    privatePem: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    publicPem: publicKey.export({ type: "spki", format: "pem" }).toString(),
  };
}

/** The same private key in another PEM form: `sec1` is `EC PRIVATE KEY`, with or without OpenSSL's own encryption. */
export function privatePem(keys: KeyPair, form: "pkcs8" | "sec1", passphrase?: string): string {
  const encryption = passphrase === undefined ? {} : { cipher: "aes-256-cbc", passphrase };
  return keys.privateKey.export({ type: form, format: "pem", ...encryption }).toString();
}

/** The digest that fits the key (NIST P-256 with SHA-256, P-384 with SHA-384, P-521 with SHA-512); Ed25519 has its own. */
export function signingDigest(kind: KeyKind): "sha256" | "sha384" | "sha512" | undefined {
  if (kind === "Ed25519") return undefined;
  if (kind === "P-384") return "sha384";
  if (kind === "P-521") return "sha512";
  return "sha256";
}
