import { type DistinguishedName, isSameDistinguishedName, parseDistinguishedName } from "./distinguished-name.ts";
import type { CertificateSigner } from "./signer.ts";

/** The identity that a certificate has to name, compared with names of the same type only. */
export type CertificateIdentity =
  | { readonly type: NameType; readonly text: string }
  /** `name` is undefined where the text is not a distinguished name; no certificate matches then. */
  | { readonly type: "subject"; readonly text: string; readonly name: DistinguishedName | undefined };

type NameType = "email" | "uri" | "dns";

const TYPE_TEXT: Readonly<Record<CertificateIdentity["type"], string>> = {
  email: "mail address",
  uri: "URI",
  dns: "DNS name",
  subject: "subject",
};

/**
 * Reads an identity: `email:`, `uri:`, `dns:` or `subject:` and the name. Without one of these, what it looks like
 * decides, by the first match: a scheme makes a URI, `type=` a distinguished name, `@` a mail address, `,` or `=` a
 * malformed distinguished name, and anything else a DNS name.
 */
export function readCertificateIdentity(text: string): CertificateIdentity {
  const [, prefix, rest] = /^(email|uri|dns|subject):(.*)$/s.exec(text) ?? [];
  if (prefix !== undefined && rest !== undefined) {
    return prefix === "subject" ? subject(rest) : { type: prefix as NameType, text: rest };
  }
  if (/^[A-Za-z][A-Za-z0-9+.-]*:/.test(text)) return { type: "uri", text };
  if (parseDistinguishedName(text) !== undefined) return subject(text);
  if (text.includes("@")) return { type: "email", text };
  return /[,=]/.test(text) ? subject(text) : { type: "dns", text };
}

function subject(text: string): CertificateIdentity {
  return { type: "subject", text, name: parseDistinguishedName(text) };
}

/** Exact: the whole subject, or one alternative name of the type. */
export function hasIdentity(signer: CertificateSigner, identity: CertificateIdentity): boolean {
  if (identity.type !== "subject") return signer.alternativeNames.includes(`${identity.type}:${identity.text}`);
  const found = parseDistinguishedName(signer.subject);
  return identity.name !== undefined && found !== undefined && isSameDistinguishedName(identity.name, found);
}

/** `the mail address "alice@example.com"`, for a message. */
export function identityText({ type, text }: CertificateIdentity): string {
  return `the ${TYPE_TEXT[type]} ${JSON.stringify(text)}`;
}

/** In the form that {@link readCertificateIdentity} reads: `email:alice@example.com`. */
export function typedText({ type, text }: CertificateIdentity): string {
  return `${type}:${text}`;
}
