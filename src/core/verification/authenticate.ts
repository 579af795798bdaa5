import { basename } from "node:path";
import type { Bundle } from "../bundle/bundle.ts";
import { parseStatement, type Statement } from "../bundle/statement.ts";
import { ProvenanceError } from "../errors.ts";
import type { Trust } from "../trust.ts";
import type { Signer } from "./signer.ts";
import { verifyKeyBundle } from "./verify-key.ts";

declare const authenticated: unique symbol;

/** A statement whose signature was checked. Files are compared with nothing else. */
export type AuthenticatedStatement = Statement & { readonly [authenticated]: true };

export interface Authentication {
  readonly signer: Signer;
  readonly statement: AuthenticatedStatement;
  /** Whether the signer is the one wanted; the reason, where not. */
  readonly rejection?: ProvenanceError;
}

/**
 * Checks who signed a bundle, against what the caller trusts, and then what it says. No file of the model is read.
 *
 * @param signaturePath for messages
 * @throws ProvenanceError of kind `invalid` (malformed, not authentic), `unable` (no trust that fits) or `usage` (unreadable trust)
 */
export async function authenticateBundle(bundle: Bundle, trust: Trust, signaturePath: string): Promise<Authentication> {
  const label = basename(signaturePath);
  const { material } = bundle;
  if (material.method === "key") {
    if (trust.keys === undefined || (trust.keys.length === 0 && trust.certificates === undefined)) {
      throw noTrust(label, "a key", "the signer's public key", trust.certificates !== undefined);
    }
    const signer = verifyKeyBundle(bundle, material, trust.keys, signaturePath);
    return { signer, statement: authenticatedStatement(bundle, label) };
  }
  if (material.method === "certificate") {
    if (trust.certificates === undefined) {
      throw noTrust(label, "a certificate", "the root certificate of the signer", trust.keys !== undefined);
    }
    const { hasIdentity, verifyCertificateBundle } = await import("./verify-certificate.ts");
    const signer = await verifyCertificateBundle(bundle, material, trust.certificates, signaturePath);
    const statement = authenticatedStatement(bundle, label);
    const { identity } = trust.certificates;
    if (identity === undefined || hasIdentity(signer, identity)) return { signer, statement };
    const rejection = new ProvenanceError(
      "CERTIFICATE_IDENTITY",
      `${label} was signed by "${signer.subject}", and not by "${identity}".`,
      { details: { expected: identity, found: [signer.subject, ...signer.alternativeNames] } },
    );
    return { signer, statement, rejection };
  }
  throw new ProvenanceError(
    "SIGNING_METHOD_UNSUPPORTED",
    `${label} was signed with a browser login or by CI (Sigstore); this version checks keys and certificates only.`,
  );
}

/** Only ever called after the signature was found to fit. */
function authenticatedStatement(bundle: Bundle, label: string): AuthenticatedStatement {
  return parseStatement(bundle.envelope.payload, label) as AuthenticatedStatement;
}

function noTrust(label: string, signedWith: string, needed: string, otherGiven: boolean): ProvenanceError {
  return new ProvenanceError(
    otherGiven ? "SIGNING_METHOD_MISMATCH" : "KEY_UNKNOWN",
    `${label} was signed with ${signedWith}. To check it, give ${needed}.`,
  );
}
