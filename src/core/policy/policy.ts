import type { PemSource } from "../trust.ts";
import type { CertificateIdentity } from "../verification/certificate-identity.ts";
import type { TrustRoot } from "../verification/trust-root.ts";
import type { Glob } from "./glob.ts";
import type { RegularExpression } from "./regular-expression.ts";

/** Where something stands in a policy file. Lines and columns count from 1. */
export interface Place {
  /** Absolute path. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One document of a policy file, with what it refers to already read. */
export interface Policy {
  readonly name: string;
  readonly place: Place;
  readonly mode: "enforce" | "warn";
  readonly models: readonly Glob[];
  /** Where each of the patterns stands. */
  readonly modelPlaces: readonly Place[];
  readonly requireSignature: boolean;
  /** Files outside of signed models that need no signature; relative to the workspace folder, as `models`. */
  readonly unsignedFiles: readonly Glob[];
  readonly authorities: readonly Authority[];
  readonly verification: PolicyVerification;
}

export interface PolicyVerification {
  /** Relative to the model's folder, `/` separated. */
  readonly signaturePath?: string;
  /** Canonical, relative to the model. */
  readonly ignorePaths: readonly string[];
  readonly ignoreUnsignedFiles: boolean;
  readonly allowSymlinks: boolean;
  readonly signerIgnoredPaths: "allow" | "warn" | "deny";
}

export type Authority = KeyAuthority | KeylessAuthority | CertificateAuthority | StaticAuthority;

interface AuthorityBase {
  readonly name: string;
  readonly place: Place;
}

export interface KeyAuthority extends AuthorityBase {
  readonly kind: "key";
  readonly key: PemSource;
  /** As in a bundle's hint: hex SHA-256 of the PEM text. */
  readonly fingerprint: string;
}

export interface KeylessAuthority extends AuthorityBase {
  readonly kind: "keyless";
  readonly identities: readonly IdentityMatcher[];
  /** A private instance; the public one, if absent. */
  readonly trustConfig?: { readonly path: string; readonly root: TrustRoot };
}

export interface IdentityMatcher {
  readonly issuer: TextMatcher;
  readonly subject: TextMatcher;
}

/** Text that has to be equal, byte for byte, or an expression that has to match. */
export type TextMatcher = string | RegularExpression;

export interface CertificateAuthority extends AuthorityBase {
  readonly kind: "certificate";
  readonly roots: PemSource;
  /** Hex SHA-256 of the DER of each root, sorted: the same roots, the same text. */
  readonly rootFingerprints: readonly string[];
  /** `any` is every signer that the root has certified. */
  readonly identities: readonly ("any" | CertificateIdentity)[];
}

export interface StaticAuthority extends AuthorityBase {
  readonly kind: "static";
  readonly action: "pass" | "fail";
  readonly message?: string;
}
