import type { PemSource } from "../../trust.ts";
import {
  type CertificateIdentity,
  hasIdentity,
  readCertificateIdentity,
  typedText,
} from "../../verification/certificate-identity.ts";
import { certificateFingerprint, readCertificates } from "../../verification/certificates.ts";
import type { AuthorityBase } from "../policy.ts";
import type { ValuePath } from "../policy-schema.ts";
import { type ReadContext, readPem, report } from "../read-context.ts";
import { type AuthorityForm, type AuthorityKind, accepts, noSigner } from "./authority-kind.ts";

export interface CertificateAuthority extends AuthorityBase {
  readonly kind: "certificate";
  readonly roots: PemSource;
  /** Hex SHA-256 of the DER of each root, sorted: the same roots, the same text. */
  readonly rootFingerprints: readonly string[];
  /** `any` is every signer that the root has certified. */
  readonly identities: readonly ("any" | CertificateIdentity)[];
}

export const certificate: AuthorityForm<"certificate"> & AuthorityKind<CertificateAuthority> = {
  async read(context, base, { caCert, trustedIdentities }, path) {
    const read = await readPem(context, "certificate", caCert, [...path, "caCert"], base.name, fingerprintsOf);
    const identities = trustedIdentities.flatMap(
      (text, index) => readTrustedIdentity(context, text, [...path, "trustedIdentities", index]) ?? [],
    );
    if (read === undefined || identities.length < trustedIdentities.length) return undefined;
    return { ...base, kind: "certificate", roots: read.source, rootFingerprints: read.parsed, identities };
  },
  requires: { method: "certificate", text: "a certificate" },
  trustId: (authority) => `certificate:${authority.rootFingerprints.join()}`,
  trust: ({ roots }) => ({ certificates: { roots: [roots] } }),
  match({ roots: { label }, identities }, signer, failure) {
    if (signer?.method !== "certificate") return noSigner(`not issued under ${label}`, failure);
    if (identities.some((identity) => identity === "any" || hasIdentity(signer, identity))) {
      return accepts(`issued under ${label}`);
    }
    return {
      distance: 1,
      explain: () => {
        const found = [signer.subject, ...signer.alternativeNames].filter((name) => name !== "");
        const expected = identities.map(identityText);
        return `root matches, subject differs: expected ${alternatives(expected)}, found ${alternatives(found)}`;
      },
    };
  },
};

function fingerprintsOf(roots: PemSource): readonly string[] {
  return [...new Set(readCertificates([roots]).map(certificateFingerprint))].sort();
}

function readTrustedIdentity(
  context: ReadContext,
  text: string,
  path: ValuePath,
): CertificateAuthority["identities"][number] | undefined {
  if (text === "*") {
    const hint =
      '"*" accepts every signer that this root has certified, for any purpose. Name the signers that you expect.';
    report(context, "any-identity", hint, path);
    return "any";
  }
  const [kind] = text.split(":", 1);
  const value = text.slice(text.indexOf(":") + 1).trim();
  const identity = readCertificateIdentity(kind === "x509.subject" ? `subject:${value}` : value);
  if (identity.type !== "subject") return identity;
  if (kind === "x509.san") {
    const hint = `${JSON.stringify(value)} is not an alternative name: use email:…, uri:… or dns:…, or x509.subject.`;
    return void report(context, "identity", hint, path);
  }
  if (identity.name !== undefined) return identity;
  const hint = `${JSON.stringify(value)} is not the name of a certificate: O=Vendor, CN=Model Signing.`;
  return void report(context, "identity", hint, path);
}

function identityText(identity: CertificateAuthority["identities"][number]): string {
  if (identity === "any") return "*";
  return identity.type === "subject" ? identity.text : typedText(identity);
}

function alternatives(texts: readonly string[]): string {
  return texts.map((text) => JSON.stringify(text)).join(" or ");
}
