import { createHash, type KeyObject } from "node:crypto";
import { ProvenanceError } from "../../errors.ts";
import type { PemSource } from "../../trust.ts";
import { certifiedKey, readCertificates } from "../../verification/certificates.ts";
import { CURVE_DIGEST, requireCurve } from "../../verification/elliptic-keys.ts";
import { readCertificateMaterial } from "../certificate-signer.ts";
import { derSignature } from "../ecdsa-signature.ts";
import { keyOwner, signerWithKey } from "../key-signer.ts";
import type { Signer, SignerOptions } from "../signer.ts";
import { CKK_EC } from "./constants.ts";
import { type OpenedTokenKey, openTokenKey } from "./open-key.ts";
import type { AskPin } from "./token.ts";
import { keyError } from "./token-keys.ts";

export interface Pkcs11Identity {
  readonly method: "pkcs11";
  /** RFC 7512: names the module, the token and the key. */
  readonly uri: string;
  /** Asked where the token needs a PIN and the URI has none. */
  readonly pin?: AskPin;
  /** The signer's certificate, or `token` for the one that the token has for the key; without it, the key alone signs. */
  readonly certificate?: PemSource | "token";
  /** Intermediate certificates, and the root if it is to travel along. */
  readonly chain?: readonly PemSource[];
  /** A folder that may have the package `koffi` in its `node_modules`, where this program has none. */
  readonly koffi?: string;
  /** Milliseconds that one call of the module may take: 60 000 if absent. */
  readonly timeout?: number;
}

/**
 * Signs with a key that stays on its token. The module's process lives until the signer is closed.
 *
 * @throws ProvenanceError PKCS11_*, KEY_UNSUPPORTED, CERTIFICATE_*, CANCELLED
 */
export async function createPkcs11Signer(identity: Pkcs11Identity, options: SignerOptions): Promise<Signer> {
  const { uri, pin, koffi, timeout } = identity;
  const opened = await openTokenKey(uri, pin, { koffi, timeout, signal: options.signal });
  try {
    return signerOf(opened, identity);
  } catch (error) {
    await opened.module.close();
    throw error;
  }
}

function signerOf(opened: OpenedTokenKey, identity: Pkcs11Identity): Signer {
  const { module, token, key } = opened;
  const label = `${key.object.label || key.object.id} (${token.label})`;
  const certificate = certificateFor(opened, identity.certificate);
  const publicKey = publicKeyFor(opened, certificate);
  const curve = requireCurve(publicKey, label);
  const half = { publicKey, curve };
  const owner =
    certificate === undefined
      ? keyOwner(half, label)
      : readCertificateMaterial(certificate, identity.chain ?? [], half);
  const signer = signerWithKey(half, label, owner, async (parts) => {
    const hash = createHash(CURVE_DIGEST[curve]);
    for (const part of parts) hash.update(part);
    return derSignature(await module.sign(key.object, hash.digest()));
  });
  return { ...signer, close: () => module.close() };
}

function certificateFor({ token, key }: OpenedTokenKey, wanted: Pkcs11Identity["certificate"]): PemSource | undefined {
  if (wanted !== "token") return wanted;
  if (key.certificate !== undefined) return key.certificate;
  const message = `The token "${token.label}" has no certificate for the key ${key.name}. Give the certificate as a file.`;
  throw new ProvenanceError("PKCS11_CERTIFICATE", message, { details: { token: token.label } });
}

/** A token may have a private key without its public half; a certificate has it, too. */
function publicKeyFor({ token, key }: OpenedTokenKey, certificate: PemSource | undefined): KeyObject {
  if (key.publicKey !== undefined) return key.publicKey;
  if (key.object.type !== CKK_EC) {
    const message = `The key ${key.name} of the token "${token.label}" is not an EC key; model signatures need P-256, P-384 or P-521.`;
    throw new ProvenanceError("KEY_UNSUPPORTED", message, { details: { label: key.name } });
  }
  const [first] = certificate === undefined ? [] : readCertificates([certificate]);
  if (first !== undefined) return certifiedKey(first, first.x509.subject, "CERTIFICATE_UNREADABLE");
  throw keyError(
    `The token "${token.label}" has neither the public key nor a certificate of ${key.name}. Sign with a certificate file instead.`,
    token.label,
  );
}
