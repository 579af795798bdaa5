import { basename, join } from "node:path";
import { ProvenanceError } from "../errors.ts";
import type { PemSource } from "../trust.ts";
import { readCertificateIdentity } from "../verification/certificate-identity.ts";
import { certificateFingerprint, readCertificates } from "../verification/certificates.ts";
import { workflowIdentity } from "../verification/ci-identity.ts";
import { keyFingerprint, readPublicKey } from "../verification/elliptic-keys.ts";
import { readTrustConfigFile } from "../verification/trust-root-files.ts";
import { type Diagnostic, type DiagnosticCode, diagnostic } from "./diagnostics.ts";
import { readInside, realPathInside } from "./files-inside.ts";
import type { Authority, CertificateAuthority, IdentityMatcher, KeylessAuthority, TextMatcher } from "./policy.ts";
import type { AuthorityDocument, IdentityDocument, PathOrData } from "./policy-document.ts";
import { type RegExpChecker, RegularExpression, regExpSuspicions } from "./regular-expression.ts";
import type { ValuePath } from "./schema-check.ts";
import type { YamlDocument } from "./yaml-text.ts";

/** A document that is being read: what it refers to lies in `folder`, what is wrong goes to `diagnostics`. */
export interface Reading {
  /** Absolute path of the policy file. */
  readonly file: string;
  readonly folder: string;
  readonly document: YamlDocument;
  readonly diagnostics: Diagnostic[];
  /** Absolute paths of the files that it names, whether they exist or not; where those are links, also of what they lead to. */
  readonly named: Set<string>;
  /** Of the whole file: what its regular expressions may cost together. */
  readonly regExps: RegExpChecker;
}

export function report(
  { document, diagnostics }: Reading,
  code: DiagnosticCode,
  message: string,
  path: ValuePath,
  atKey = false,
): void {
  diagnostics.push(diagnostic(code, message, document.range(path, atKey)));
}

/**
 * @param path of the authority in the document
 * @returns undefined where something is wrong with it, which is then among the diagnostics
 */
export async function readAuthority(
  reading: Reading,
  authority: AuthorityDocument,
  path: ValuePath,
): Promise<Authority | undefined> {
  const { line, column } = reading.document.range(path);
  const base = { name: authority.name ?? `authority-${path.at(-1)}`, place: { file: reading.file, line, column } };
  const { key, keyless, githubActions, certificate, static: fixed } = authority;
  if (key !== undefined) {
    const source = await readPem(reading, key, [...path, "key"], base.name);
    const fingerprint = source && fingerprintOf(reading, source, [...path, "key"], key);
    return fingerprint && { ...base, kind: "key", ...fingerprint };
  }
  if (keyless !== undefined) return readKeyless(reading, base, keyless, [...path, "keyless"]);
  if (githubActions !== undefined) {
    const identity = readIdentity(reading, workflowIdentity(githubActions), [...path, "githubActions"]);
    return identity && { ...base, kind: "keyless", identities: [identity] };
  }
  if (certificate !== undefined) return readCertificate(reading, base, certificate, [...path, "certificate"]);
  if (fixed === undefined) return undefined;
  const { action, message } = fixed;
  if (action === "pass" && (message ?? "").trim() === "") {
    const hint = "An exception without a message: say why it is made, and until when.";
    report(reading, "exception-unexplained", hint, [...path, "static"]);
  }
  return { ...base, kind: "static", action, ...(message !== undefined && { message }) };
}

type Base = Pick<Authority, "name" | "place">;

async function readPem(
  reading: Reading,
  { path: file, data }: PathOrData,
  path: ValuePath,
  name: string,
): Promise<PemSource | undefined> {
  if (file === undefined) return { label: name, pem: data ?? "" };
  reading.named.add(join(reading.folder, file));
  const found = await readInside(reading.folder, file);
  if (!("code" in found)) {
    reading.named.add(found.path);
    return { label: basename(file), pem: found.text };
  }
  report(reading, found.code, found.message, [...path, "path"]);
  return undefined;
}

/** Where the key or certificate itself was named or written. */
function sourcePath(path: ValuePath, { path: file }: PathOrData): ValuePath {
  return [...path, file === undefined ? "data" : "path"];
}

function fingerprintOf(
  reading: Reading,
  key: PemSource,
  path: ValuePath,
  given: PathOrData,
): { readonly key: PemSource; readonly fingerprint: string } | undefined {
  try {
    return { key, fingerprint: keyFingerprint(readPublicKey(key).key) };
  } catch (error) {
    if (!(error instanceof ProvenanceError)) throw error;
    report(reading, "key", error.message, sourcePath(path, given));
    return undefined;
  }
}

async function readKeyless(
  reading: Reading,
  base: Base,
  { identities, trustConfig }: NonNullable<AuthorityDocument["keyless"]>,
  path: ValuePath,
): Promise<KeylessAuthority | undefined> {
  const matchers = identities.map((identity, index) => readIdentity(reading, identity, [...path, "identities", index]));
  const known = matchers.filter((matcher) => matcher !== undefined);
  const authority = { ...base, kind: "keyless" as const, identities: known };
  const complete = known.length === matchers.length;
  if (trustConfig === undefined) return complete ? authority : undefined;
  const config = await readTrustConfig(reading, trustConfig, [...path, "trustConfig"]);
  return complete && config ? { ...authority, trustConfig: config } : undefined;
}

async function readTrustConfig(
  reading: Reading,
  file: string,
  path: ValuePath,
): Promise<KeylessAuthority["trustConfig"]> {
  reading.named.add(join(reading.folder, file));
  const found = await realPathInside(reading.folder, file);
  if ("code" in found) {
    report(reading, found.code, found.message, path);
    return undefined;
  }
  reading.named.add(found.path);
  try {
    return { path: found.path, root: await readTrustConfigFile(found.path) };
  } catch (error) {
    if (!(error instanceof ProvenanceError)) throw error;
    report(reading, "trust-config", error.message, path);
    return undefined;
  }
}

function readIdentity(reading: Reading, identity: IdentityDocument, path: ValuePath): IdentityMatcher | undefined {
  const { issuer, issuerRegExp, subject, subjectRegExp } = identity;
  const issuerMatcher = readMatcher(reading, issuer, issuerRegExp, path, "issuer");
  const subjectMatcher = readMatcher(reading, subject, subjectRegExp, path, "subject");
  if (issuerMatcher === undefined || subjectMatcher === undefined) return undefined;
  return { issuer: issuerMatcher, subject: subjectMatcher };
}

function readMatcher(
  reading: Reading,
  exact: string | undefined,
  expression: string | undefined,
  path: ValuePath,
  field: "issuer" | "subject",
): TextMatcher | undefined {
  if (exact !== undefined) {
    if (/^\^|\$$|\\[.\\/@-]|\.[*+]/.test(exact)) {
      const hint = `${field} is compared exactly, and ${JSON.stringify(exact)} looks like a regular expression: use ${field}RegExp.`;
      report(reading, "looks-like-regexp", hint, [...path, field]);
    }
    return exact;
  }
  if (expression === undefined) return undefined;
  const at = [...path, `${field}RegExp`];
  const problem = reading.regExps.problem(expression);
  if (problem !== undefined) {
    report(reading, problem.code, problem.message, at);
    return undefined;
  }
  for (const { code, message } of regExpSuspicions(expression)) report(reading, code, message, at);
  return new RegularExpression(expression);
}

async function readCertificate(
  reading: Reading,
  base: Base,
  { caCert, trustedIdentities }: NonNullable<AuthorityDocument["certificate"]>,
  path: ValuePath,
): Promise<Authority | undefined> {
  const roots = await readPem(reading, caCert, [...path, "caCert"], base.name);
  const rootFingerprints = roots && fingerprintsOf(reading, roots, sourcePath([...path, "caCert"], caCert));
  const identities = trustedIdentities.map((text, index) =>
    readTrustedIdentity(reading, text, [...path, "trustedIdentities", index]),
  );
  const known = identities.filter((identity) => identity !== undefined);
  if (roots === undefined || rootFingerprints === undefined || known.length < identities.length) return undefined;
  return { ...base, kind: "certificate", roots, rootFingerprints, identities: known };
}

function fingerprintsOf(reading: Reading, roots: PemSource, path: ValuePath): readonly string[] | undefined {
  try {
    return [...new Set(readCertificates([roots]).map(certificateFingerprint))].sort();
  } catch (error) {
    if (!(error instanceof ProvenanceError)) throw error;
    report(reading, "certificate", error.message, path);
    return undefined;
  }
}

function readTrustedIdentity(
  reading: Reading,
  text: string,
  path: ValuePath,
): CertificateAuthority["identities"][number] | undefined {
  if (text === "*") {
    const hint = '"*" accepts whoever this root has certified, for whatever purpose. Name the signers that you expect.';
    report(reading, "any-identity", hint, path);
    return "any";
  }
  const [kind] = text.split(":", 1);
  const value = text.slice(text.indexOf(":") + 1).trim();
  const identity = readCertificateIdentity(kind === "x509.subject" ? `subject:${value}` : value);
  if (identity.type !== "subject") return identity;
  if (kind === "x509.san") {
    const hint = `${JSON.stringify(value)} is no alternative name: use email:…, uri:… or dns:…, or x509.subject.`;
    report(reading, "identity", hint, path);
    return undefined;
  }
  if (identity.name !== undefined) return identity;
  const hint = `${JSON.stringify(value)} is no name of a certificate: O=Vendor, CN=Model Signing.`;
  report(reading, "identity", hint, path);
  return undefined;
}
