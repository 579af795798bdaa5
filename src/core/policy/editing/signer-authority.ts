import { X509Certificate } from "node:crypto";
import { certificateFingerprint, readCertificates } from "../../verification/certificates.ts";
import { ciIdentity } from "../../verification/ci-identity.ts";
import { commonName } from "../../verification/distinguished-name.ts";
import type { CertificateSigner, Signer, SigstoreSigner } from "../../verification/signer.ts";
import type { AuthorityDocument, PathOrData } from "../policy-document.ts";

/**
 * What an authority would accept:
 * - `key`: the key
 * - `subject`: certificates under the root with exactly this subject
 * - `alternative-name`: certificates under the root with this alternative name
 * - `identity`: this identity, certified by this issuer, character by character
 * - `workflow-at-ref`: this workflow at this branch or tag, and at no other
 * - `workflow-at-any-tag`: this workflow at any tag of its repository, those still to come included
 */
export type AuthorityScope =
  | "key"
  | "subject"
  | "alternative-name"
  | "identity"
  | "workflow-at-ref"
  | "workflow-at-any-tag";

export interface AuthorityChoice {
  readonly scope: AuthorityScope;
  /** What it accepts: an identity, or `acme/models release.yml@refs/tags/v1`. */
  readonly text: string;
  readonly authority: AuthorityDocument;
}

/**
 * How a policy can name a signer, the narrowest first. Only a signer whose signature is authentic is written into a policy.
 *
 * @param source of a key the key, of a certificate its root; of a login or CI identity the configuration of a private
 *   instance, relative to the policy's folder, and nothing for the public instance
 * @param taken names of authorities that the policy already has
 */
export function authoritiesFor(
  signer: Signer,
  source: PathOrData,
  taken: readonly string[] = [],
): readonly AuthorityChoice[] {
  switch (signer.method) {
    case "key": {
      const text = signer.label ?? signer.fingerprint;
      return [{ scope: "key", text, authority: { name: freeName(text, taken), key: source } }];
    }
    case "certificate":
      return certificateChoices(signer, source, taken);
    case "sigstore":
      return sigstoreChoices(signer, source.path, taken);
  }
}

function certificateChoices(
  { subject, alternativeNames }: CertificateSigner,
  caCert: PathOrData,
  taken: readonly string[],
): readonly AuthorityChoice[] {
  const choice = (scope: AuthorityScope, kind: string, text: string): AuthorityChoice => ({
    scope,
    text,
    authority: {
      name: freeName(scope === "subject" ? commonName(text) : text, taken),
      certificate: { caCert, trustedIdentities: [`${kind}: ${text}`] },
    },
  });
  return [
    ...(subject === "" ? [] : [choice("subject", "x509.subject", subject)]),
    ...alternativeNames.map((name) => choice("alternative-name", "x509.san", name)),
  ];
}

function sigstoreChoices(
  signer: SigstoreSigner,
  trustConfig: string | undefined,
  taken: readonly string[],
): readonly AuthorityChoice[] {
  const { identity, issuer } = signer;
  const workflow = trustConfig === undefined ? ciIdentity(signer) : undefined;
  if (workflow?.host !== "github.com") {
    const keyless = { identities: [{ issuer, subject: identity }], ...(trustConfig !== undefined && { trustConfig }) };
    return [{ scope: "identity", text: identity, authority: { name: freeName(identity, taken), keyless } }];
  }
  const { repository, workflow: file, ref } = workflow;
  const name = freeName(`${repository} ${file}`, taken);
  const choice = (scope: AuthorityScope, at: string): AuthorityChoice => ({
    scope,
    text: `${repository} ${file}@${at}`,
    authority: { name, githubActions: { repository, workflow: file, ref: at } },
  });
  const exact = choice("workflow-at-ref", ref);
  return ref.startsWith("refs/tags/") ? [exact, choice("workflow-at-any-tag", "refs/tags/**")] : [exact];
}

/** The root certificate of this signer, in PEM. */
export function rootOf({ fingerprints }: CertificateSigner, pem: string): string | undefined {
  const certificates = readCertificates([{ label: "root", pem }]);
  const root = certificates.find((certificate) => certificateFingerprint(certificate) === fingerprints.at(-1));
  return root && new X509Certificate(root.der).toString();
}

/** A name of at most 100 characters, with a number where it is taken. */
export function freeName(wanted: string, taken: readonly string[]): string {
  const base = wanted.slice(0, 100);
  for (let number = 2, name = base; ; number++) {
    if (!taken.includes(name)) return name;
    name = `${base}-${number}`;
  }
}

/** The same for the same signer, whichever model was signed. */
export function signerKey(signer: Signer): string {
  if (signer.method === "key") return `key:${signer.fingerprint}`;
  return signer.method === "certificate"
    ? `certificate:${JSON.stringify([signer.fingerprints.at(-1), signer.subject, signer.alternativeNames])}`
    : `sigstore:${JSON.stringify([signer.issuer, signer.identity, signer.trustRoot.label])}`;
}
