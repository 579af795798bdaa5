import { basename } from "node:path";
import type { Bundle } from "../bundle/bundle.ts";
import { parseStatement, type Statement } from "../bundle/statement.ts";
import { type ErrorCode, ProvenanceError } from "../errors.ts";
import type { Trust } from "../trust.ts";
import {
  type CertificateIdentity,
  hasIdentity,
  identityText,
  readCertificateIdentity,
} from "./certificate-identity.ts";
import type { CertificateSigner, Signer } from "./signer.ts";
import { verifyKeyBundle } from "./verify-key.ts";

declare const authenticated: unique symbol;

/** A statement whose signature was checked. Files are compared with nothing else. */
export type AuthenticatedStatement = Statement & { readonly [authenticated]: true };

export interface BundleVerification {
  readonly signer: Signer;
  readonly statement: AuthenticatedStatement;
  /** Whether the signer is the one wanted; the reason, where not. */
  readonly rejection?: ProvenanceError;
}

/**
 * Verifies a bundle's signature and signer against what the caller trusts, then parses its statement. Reads no file of
 * the model.
 *
 * @param signaturePath for messages
 * @throws ProvenanceError of kind `invalid` (malformed, not authentic), `unable` (no matching trust) or `usage` (unreadable trust)
 */
export async function verifyBundle(bundle: Bundle, trust: Trust, signaturePath: string): Promise<BundleVerification> {
  const label = basename(signaturePath);
  const { material } = bundle;
  const { keys, certificates, sigstore } = trust;
  if (material.method === "key") {
    const others = certificates !== undefined || sigstore !== undefined;
    if (keys === undefined || (keys.length === 0 && !others)) {
      throw noTrust(label, "a key", "the signer's public key", others ? "SIGNING_METHOD_MISMATCH" : "KEY_UNKNOWN");
    }
    const signer = verifyKeyBundle(bundle, material, keys, signaturePath);
    return { signer, statement: authenticatedStatement(bundle, label) };
  }
  if (material.method === "certificate") {
    if (certificates === undefined) {
      const others = keys !== undefined || sigstore !== undefined;
      const code = others ? "SIGNING_METHOD_MISMATCH" : "KEY_UNKNOWN";
      throw noTrust(label, "a certificate", "the root certificate of the signer", code);
    }
    const { verifyCertificateBundle } = await import("./verify-certificate.ts");
    const signer = await verifyCertificateBundle(bundle, material, certificates, signaturePath);
    const { identity } = certificates;
    const rejection = identity === undefined ? undefined : certificateRejection(signer, identity, label);
    return { signer, statement: authenticatedStatement(bundle, label), ...(rejection && { rejection }) };
  }
  if (sigstore === undefined) {
    const others = keys !== undefined || certificates !== undefined;
    const needed = "the signer's identity and identity provider, and a trust root of Sigstore";
    const code = others ? "SIGNING_METHOD_MISMATCH" : "TRUST_ROOT_MISSING";
    throw noTrust(label, "a browser login or by CI (Sigstore)", needed, code);
  }
  const { verifySigstoreBundle } = await import("./sigstore/verify-sigstore.ts");
  const sigstoreTrust = typeof sigstore === "function" ? await sigstore() : sigstore;
  const { signer, rejection } = await verifySigstoreBundle(bundle, sigstoreTrust, signaturePath);
  return { signer, statement: authenticatedStatement(bundle, label), ...(rejection && { rejection }) };
}

function certificateRejection(signer: CertificateSigner, expected: string, label: string): ProvenanceError | undefined {
  const identity = readCertificateIdentity(expected);
  if (hasIdentity(signer, identity)) return undefined;
  return new ProvenanceError(
    "CERTIFICATE_IDENTITY",
    `${label} was signed by "${signer.subject}", and its certificate does not have ${identityText(identity)}.${caseHint(signer, identity)}`,
    { details: { expected, found: [signer.subject, ...signer.alternativeNames] } },
  );
}

function caseHint({ subject, alternativeNames }: CertificateSigner, { type, text }: CertificateIdentity): string {
  const names = type === "subject" ? [subject] : alternativeNames.filter((name) => name.startsWith(`${type}:`));
  const wanted = (type === "subject" ? text : `${type}:${text}`).toLowerCase();
  if (!names.some((name) => name.toLowerCase() === wanted)) return "";
  return " It differs only in upper and lower case, and identities are compared exactly.";
}

/** By payload: a bundle may be verified against several trust anchors, and a statement may list a million files. */
const statements = new WeakMap<Buffer, Statement>();

/** Only ever called after the signature was found to verify. */
function authenticatedStatement({ envelope: { payload } }: Bundle, label: string): AuthenticatedStatement {
  const statement = statements.get(payload) ?? parseStatement(payload, label);
  statements.set(payload, statement);
  return statement as AuthenticatedStatement;
}

function noTrust(label: string, signedWith: string, needed: string, code: ErrorCode): ProvenanceError {
  return new ProvenanceError(code, `${label} was signed with ${signedWith}. To verify it, give ${needed}.`);
}
