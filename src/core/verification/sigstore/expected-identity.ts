import { ProvenanceError } from "../../errors.ts";
import type { ExpectedIdentity } from "../../trust.ts";
import type { IdentityType, SigstoreSigner } from "../signer.ts";

type Subject = Pick<SigstoreSigner, "identity" | "identityType" | "issuer">;

/** The type of an identity by its form: a URI has a scheme, an e-mail address an `@`. */
export function identityTypeOf(identity: string): IdentityType {
  if (/^[A-Za-z][A-Za-z0-9+.-]*:/.test(identity)) return "uri";
  return /^[^@\s]+@[^@\s]+$/.test(identity) ? "email" : "other";
}

/** Whether the signer is the one expected: identity, its type and issuer, each exactly. No patterns. */
export function isExpected(signer: Subject, expected: ExpectedIdentity): boolean {
  return (
    signer.identity === expected.identity &&
    signer.issuer === expected.issuer &&
    signer.identityType === (expected.type ?? identityTypeOf(expected.identity))
  );
}

/**
 * Returns why an authentic signer is not accepted; undefined if it is.
 *
 * @param ofPerson whether the identities are all whom the user trusts, and not those expected of this model
 */
export function identityRejection(
  signer: Subject,
  identities: readonly ExpectedIdentity[],
  label: string,
  ofPerson = false,
): ProvenanceError | undefined {
  if (identities.some((expected) => isExpected(signer, expected))) return undefined;
  const code = identities.length === 0 ? "SIGSTORE_IDENTITY_MISSING" : "SIGSTORE_IDENTITY";
  const found = [signer.identity, signer.issuer];
  const by = `${label} was signed by ${signer.identity} (${signer.issuer})`;
  if (ofPerson) return new ProvenanceError(code, `${by}, whom you have not accepted.`, { details: { found } });
  const [only, ...others] = identities;
  if (only === undefined) {
    const advice = "Name the identity and the identity provider that you expect.";
    return new ProvenanceError(code, `${by}, and no signer is expected. ${advice}`, { details: { found } });
  }
  const wanted = others.length > 0 ? `any of the ${identities.length} expected` : `${only.identity} (${only.issuer})`;
  const isCaseOnly = identities.some(
    ({ identity, issuer }) =>
      issuer === signer.issuer &&
      identity !== signer.identity &&
      identity.toLowerCase() === signer.identity.toLowerCase(),
  );
  const hint = isCaseOnly ? " They differ only in upper and lower case, and identities are compared exactly." : "";
  return new ProvenanceError(code, `${by}, and not by ${wanted}.${hint}`, {
    details: { expected: identities.flatMap(({ identity, issuer }) => [identity, issuer]), found },
  });
}
