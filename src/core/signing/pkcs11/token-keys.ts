import { createPublicKey, type KeyObject, X509Certificate } from "node:crypto";
import { ProvenanceError } from "../../errors.ts";
import type { PemSource } from "../../trust.ts";
import { certificateName } from "../../verification/certificates.ts";
import { curveOf } from "../../verification/elliptic-keys.ts";
import type { Curve } from "../../verification/signer.ts";
import { der } from "../ecdsa-signature.ts";
import { CKK_EC } from "./constants.ts";
import type { PrivateKeyObject, TokenObjects } from "./protocol.ts";

/** A private key on a token, with what the token has of its public half. */
export interface TokenKey {
  readonly object: PrivateKeyObject;
  /** "prod (id 01)" */
  readonly name: string;
  /** Absent where the token has neither the public key nor a certificate, or the key is of another kind. */
  readonly publicKey?: KeyObject;
  /** Absent where the key cannot sign models. */
  readonly curve?: Curve;
  /** Of this key, from the token; labelled by its subject. */
  readonly certificate?: PemSource;
}

/** The private keys of a token that may sign, EC and others, by label and identifier. */
export function tokenKeys(objects: TokenObjects): TokenKey[] {
  return objects.privateKeys
    .filter(({ canSign }) => canSign)
    .sort((a, b) => a.label.localeCompare(b.label) || a.id.localeCompare(b.id))
    .map((object) => {
      const certificate = certificateOf(object, objects);
      const publicKey = object.type === CKK_EC ? publicKeyOf(object, objects, certificate) : undefined;
      const curve = publicKey && curveOf(publicKey);
      return {
        object,
        name: keyName(object),
        ...(publicKey && { publicKey }),
        ...(curve && { curve }),
        ...(certificate && { certificate }),
      };
    });
}

/**
 * Selects the one key that has the label and identifier of a URI.
 *
 * @throws ProvenanceError PKCS11_KEY
 */
export function selectKey(
  keys: readonly TokenKey[],
  { object, id }: { readonly object?: string | undefined; readonly id?: string | undefined },
  token: string,
): TokenKey {
  const found = keys.filter(
    ({ object: key }) => (object === undefined || key.label === object) && (id === undefined || key.id === id),
  );
  const [key, ...more] = found;
  if (key === undefined) {
    const there =
      keys.length === 0 ? "It has no key that can sign" : `Its keys: ${keys.map(({ name }) => name).join(", ")}`;
    throw keyError(`The token "${token}" has no such private key. ${there}.`, token);
  }
  if (more.length > 0) {
    const names = found.map(({ name }) => name).join(", ");
    throw keyError(
      `The token "${token}" has ${found.length} keys that the URI could mean: ${names}. Add the id of one (;id=%01).`,
      token,
    );
  }
  return key;
}

export function keyError(message: string, token: string): ProvenanceError {
  return new ProvenanceError("PKCS11_KEY", message, { details: { token } });
}

function keyName({ label, id }: PrivateKeyObject): string {
  const named = label === "" ? "unnamed" : `"${label}"`;
  return id === "" ? named : `${named} (id ${id})`;
}

type Names = { readonly label: string; readonly id: string };

/** By identifier, as the standard wants; by label where the key has none. */
function belongsTo(key: Names): (other: Names) => boolean {
  return ({ label, id }) => (key.id === "" ? label === key.label : id === key.id);
}

function certificateOf(key: PrivateKeyObject, { certificates }: TokenObjects): PemSource | undefined {
  const found = certificates.find(belongsTo(key));
  if (found === undefined) return undefined;
  try {
    const certificate = new X509Certificate(found.der);
    return { label: certificateName({ x509: certificate }), pem: certificate.toString() };
  } catch {
    return undefined;
  }
}

function publicKeyOf(
  key: PrivateKeyObject,
  { publicKeys }: TokenObjects,
  certificate: PemSource | undefined,
): KeyObject | undefined {
  const found = publicKeys.find(belongsTo(key));
  try {
    if (found !== undefined) return keyOfPoint(Buffer.from(found.ecParams), Buffer.from(found.ecPoint));
    return certificate && new X509Certificate(certificate.pem).publicKey;
  } catch {
    return undefined;
  }
}

/** DER of the object identifier ecPublicKey (RFC 5480). */
const EC_PUBLIC_KEY = Buffer.from("06072a8648ce3d0201", "hex");
const [SEQUENCE, BIT_STRING, OCTET_STRING, UNCOMPRESSED] = [0x30, 0x03, 0x04, 0x04];

/** SubjectPublicKeyInfo (RFC 5280) around a curve and a point. */
function keyOfPoint(ecParams: Buffer, ecPoint: Buffer): KeyObject {
  const algorithm = der(SEQUENCE, EC_PUBLIC_KEY, ecParams);
  const key = der(SEQUENCE, algorithm, der(BIT_STRING, Buffer.of(0), pointOf(ecPoint)));
  return createPublicKey({ key, format: "der", type: "spki" });
}

/** The standard wants the point in an octet string; some modules give it bare, and both begin with 4. */
function pointOf(bytes: Buffer): Buffer {
  for (const header of [2, 3]) {
    const point = bytes.subarray(header);
    if (point[0] === UNCOMPRESSED && bytes.equals(der(OCTET_STRING, point))) return point;
  }
  return bytes;
}
