import { hasIdentity, typedText } from "../verification/certificate-identity.ts";
import type { SigningMethod, SigstoreSigner } from "../verification/signer.ts";
import { identityTypeOf } from "../verification/sigstore/expected-identity.ts";
import { type ModelFacts, trustIdOf } from "./model-facts.ts";
import type {
  Authority,
  CertificateAuthority,
  IdentityMatcher,
  KeyAuthority,
  KeylessAuthority,
  TextMatcher,
} from "./policy.ts";

/** What an authority says to a signer, and how near it is to a yes: 0 is one. */
export interface Match {
  readonly distance: 0 | 1 | 2 | 3;
  /** Made when it is shown: of thousands, few are. */
  readonly explain: () => string;
}

const SIGNED_WITH: Readonly<Record<SigningMethod, string>> = {
  key: "with a key",
  certificate: "with a certificate",
  sigstore: "with a browser login or by CI (Sigstore)",
};

/** Whether an authority accepts who signed. Files are not looked at. */
export function matchAuthority(authority: Authority, facts: ModelFacts): Match {
  switch (authority.kind) {
    case "static":
      return { distance: 3, explain: () => authority.message ?? "refuses whatever it covers" };
    case "key":
      return matchKey(authority, facts);
    case "certificate":
      return matchCertificate(authority, facts);
    case "keyless":
      return matchKeyless(authority, facts);
  }
}

function matchKey(authority: KeyAuthority, facts: ModelFacts): Match {
  if (facts.method !== undefined && facts.method !== "key") return otherMethod("a key", facts.method);
  const signer = signerUnder(authority, facts);
  const { label } = authority.key;
  if (signer?.method === "key" && signer.fingerprint === authority.fingerprint) return accepts(`signed with ${label}`);
  return { distance: 2, explain: () => `not signed with ${label}` };
}

function matchCertificate(authority: CertificateAuthority, facts: ModelFacts): Match {
  if (facts.method !== undefined && facts.method !== "certificate") return otherMethod("a certificate", facts.method);
  const signer = signerUnder(authority, facts);
  const { label } = authority.roots;
  if (signer?.method !== "certificate") return noSigner(authority, facts, `not issued under ${label}`);
  if (authority.identities.some((identity) => identity === "any" || hasIdentity(signer, identity))) {
    return accepts(`issued under ${label}`);
  }
  return {
    distance: 1,
    explain: () => {
      const expected = authority.identities.map((identity) => {
        if (identity === "any") return "*";
        return identity.type === "subject" ? identity.text : typedText(identity);
      });
      const found = [signer.subject, ...signer.alternativeNames].filter((name) => name !== "");
      return `root matches, subject differs: expected ${alternatives(expected)}, found ${alternatives(found)}`;
    },
  };
}

function matchKeyless(authority: KeylessAuthority, facts: ModelFacts): Match {
  if (facts.method !== undefined && facts.method !== "sigstore") {
    return otherMethod("a login or CI identity", facts.method);
  }
  const signer = signerUnder(authority, facts);
  if (signer?.method !== "sigstore") return noSigner(authority, facts, "not certified by this Sigstore instance");
  let best: Match | undefined;
  for (const identity of authority.identities) {
    const match = matchIdentity(identity, signer);
    if (match.distance === 0) return match;
    if (best === undefined || match.distance < best.distance) best = match;
  }
  return best ?? { distance: 3, explain: () => "names nobody" };
}

const IDENTITY_MATCHES = accepts("issuer and subject match");

function matchIdentity({ issuer, subject }: IdentityMatcher, signer: SigstoreSigner): Match {
  const issuerFits = fits(issuer, signer.issuer);
  const subjectFits =
    fits(subject, signer.identity) && (typeof subject !== "string" || identityTypeOf(subject) === signer.identityType);
  if (issuerFits && subjectFits) return IDENTITY_MATCHES;
  const subjects = () => `expected ${expectation(subject)}, found ${JSON.stringify(signer.identity)}`;
  const issuers = () => `expected ${expectation(issuer)}, found ${JSON.stringify(signer.issuer)}`;
  if (issuerFits) {
    const kind = fits(subject, signer.identity) ? `, a name of another type (${signer.identityType})` : "";
    return { distance: 1, explain: () => `issuer matches, subject differs: ${subjects()}${kind}` };
  }
  if (subjectFits) return { distance: 1, explain: () => `subject matches, issuer differs: ${issuers()}` };
  return { distance: 2, explain: () => `issuer differs: ${issuers()}; subject differs: ${subjects()}` };
}

/** An empty or absent claim matches nothing. */
function fits(matcher: TextMatcher, claim: string): boolean {
  if (claim === "") return false;
  return typeof matcher === "string" ? matcher === claim : matcher.test(claim);
}

function expectation(matcher: TextMatcher): string {
  return typeof matcher === "string" ? JSON.stringify(matcher) : `a match of /${matcher.source}/`;
}

function signerUnder(authority: Authority, { signers }: ModelFacts) {
  const trust = trustIdOf(authority);
  return trust === undefined ? undefined : signers.get(trust);
}

function accepts(why: string): Match {
  return { distance: 0, explain: () => why };
}

function otherMethod(wanted: string, found: SigningMethod): Match {
  return { distance: 3, explain: () => `wants ${wanted}, and it was signed ${SIGNED_WITH[found]}` };
}

function noSigner(authority: Authority, { failures }: ModelFacts, what: string): Match {
  return {
    distance: 2,
    explain: () => {
      const failure = failures.get(trustIdOf(authority) ?? "");
      return failure === undefined ? what : `${what}: ${failure.message}`;
    },
  };
}

function alternatives(texts: readonly string[]): string {
  return texts.map((text) => JSON.stringify(text)).join(" or ");
}
