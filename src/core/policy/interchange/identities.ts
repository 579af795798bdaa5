import type { IdentityMatcher } from "../policy.ts";
import type { IdentityDocument } from "../policy-document.ts";

/** An identity as it is written. */
export function identityOf({ issuer, subject }: IdentityMatcher): IdentityDocument {
  return {
    ...(typeof issuer === "string" ? { issuer } : { issuerRegExp: issuer.source }),
    ...(typeof subject === "string" ? { subject } : { subjectRegExp: subject.source }),
  };
}
