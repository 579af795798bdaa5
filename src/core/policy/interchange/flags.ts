import { readCertificateIdentity, typedText } from "../../verification/certificate-identity.ts";
import { kindOf } from "../authorities/table.ts";
import type { Policy } from "../policy.ts";
import type { AuthorityDocument } from "../policy-document.ts";
import type { UnsupportedField } from "./draft.ts";

/** The flags of `verify`; files are already read. */
interface VerifyFlags {
  readonly identity?: string | undefined;
  readonly identityProvider?: string | undefined;
  /** PEM. */
  readonly publicKey?: string | undefined;
  readonly certificates?: readonly string[];
  readonly identitySubject?: string | undefined;
}

/** The authorities that accept the same signers as the flags of one `verify`. */
export function authoritiesOfFlags(flags: VerifyFlags): AuthorityDocument[] {
  const { identity, identityProvider, publicKey, certificates = [], identitySubject } = flags;
  const authorities: AuthorityDocument[] = [];
  if (identity !== undefined && identityProvider !== undefined) {
    authorities.push({ name: "signer", keyless: { identities: [{ issuer: identityProvider, subject: identity }] } });
  }
  if (publicKey !== undefined) authorities.push({ name: "key", key: { data: publicKey } });
  if (certificates.length > 0) {
    const name = identitySubject === undefined ? "*" : trustedIdentity(identitySubject);
    const caCert = { data: certificates.map((pem) => pem.trimEnd()).join("\n") };
    authorities.push({ name: "certificate", certificate: { caCert, trustedIdentities: [name] } });
  }
  return authorities;
}

function trustedIdentity(text: string): string {
  const identity = readCertificateIdentity(text);
  return identity.type === "subject" ? `x509.subject: ${identity.text}` : `x509.san: ${typedText(identity)}`;
}

/** One line of flags for `verify` for each authority that has them. */
export function exportFlags(policies: readonly Policy[], unsupported: UnsupportedField[]): string[] {
  const lines: string[] = [];
  for (const { name, authorities, models, verification, mode, requireSignature, unsignedFiles } of policies) {
    const note = (what: string, why: string): void => void unsupported.push({ what: `${name}: ${what}`, why });
    for (const { pattern } of models) note(`models: ${pattern}`, "MODEL is one of them");
    if (mode === "warn") note("mode", "verify fails if the signer is not the one named");
    if (!requireSignature) note("requireSignature", "verify fails without a signature");
    if (unsignedFiles.length > 0) note("unsignedFiles", "verify reads one model and nothing else");
    const more = [
      ...(verification.signaturePath === undefined ? [] : ["--signature", `MODEL/${verification.signaturePath}`]),
      ...verification.ignorePaths.flatMap((path) => ["--ignore-paths", `MODEL/${path}`]),
      ...(verification.ignoreUnsignedFiles ? ["--ignore-unsigned-files"] : []),
    ];
    for (const authority of authorities) {
      const flagsOf = kindOf(authority).toFlags(authority, (why) => note(`authority ${authority.name}`, why));
      for (const flags of flagsOf) lines.push(["verify", ...flags, ...more].map(quoted).join(" "));
    }
  }
  return lines;
}

/** For a POSIX shell. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
