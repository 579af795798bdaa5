import type { SigstoreSigner } from "../../verification/signer.ts";
import { identityTypeOf } from "../../verification/sigstore/expected-identity.ts";
import type { IdentityDocument } from "../policy-document.ts";
import type { ValuePath } from "../policy-schema.ts";
import { type ReadContext, report } from "../read-context.ts";
import type { RegularExpression } from "../regular-expression.ts";
import { accepts, type Match } from "./authority-kind.ts";

export interface IdentityMatcher {
  readonly issuer: TextMatcher;
  readonly subject: TextMatcher;
  /** URL of the repository that the run of a workflow belongs to, exactly (Fulcio's source repository URI); any, if absent. */
  readonly source?: string;
}

/** Text that must be equal, byte for byte, or an expression that must match. */
export type TextMatcher = string | RegularExpression;

/** @returns undefined where something is wrong with it, which is then among the diagnostics */
export function readIdentity(
  context: ReadContext,
  identity: IdentityDocument,
  path: ValuePath,
): IdentityMatcher | undefined {
  const issuer = readMatcher(context, identity, "issuer", path);
  const subject = readMatcher(context, identity, "subject", path);
  return issuer === undefined || subject === undefined ? undefined : { issuer, subject };
}

function readMatcher(
  context: ReadContext,
  identity: IdentityDocument,
  field: "issuer" | "subject",
  path: ValuePath,
): TextMatcher | undefined {
  const { [field]: exact, [`${field}RegExp` as const]: expression } = identity;
  if (exact !== undefined) {
    if (/^\^|\$$|\\[.\\/@-]|\.[*+]/.test(exact)) {
      const hint = `${field} is compared exactly, and ${JSON.stringify(exact)} looks like a regular expression: use ${field}RegExp.`;
      report(context, "looks-like-regexp", hint, [...path, field]);
    }
    return exact;
  }
  if (expression === undefined) return undefined;
  const { compiled, remarks } = context.regExps.read(expression);
  for (const { code, message } of remarks) report(context, code, message, [...path, `${field}RegExp`]);
  return compiled;
}

const IDENTITY_MATCHES = accepts("issuer and subject match");

export function matchIdentity({ issuer, subject, source }: IdentityMatcher, signer: SigstoreSigner): Match {
  const issuerMatches = matches(issuer, signer.issuer);
  const nameMatches = matches(subject, signer.identity);
  const subjectMatches =
    nameMatches && (typeof subject !== "string" || identityTypeOf(subject) === signer.identityType);
  if (issuerMatches && subjectMatches) {
    const { sourceRepositoryUri: calling = "" } = signer.extensions;
    if (source === undefined || source === calling) return IDENTITY_MATCHES;
    const differing = `expected ${JSON.stringify(source)}, found ${calling === "" ? "none" : JSON.stringify(calling)}`;
    return { distance: 1, explain: () => `issuer and subject match, calling repository differs: ${differing}` };
  }
  const subjects = () => `expected ${expectation(subject)}, found ${JSON.stringify(signer.identity)}`;
  const issuers = () => `expected ${expectation(issuer)}, found ${JSON.stringify(signer.issuer)}`;
  if (issuerMatches) {
    const kind = nameMatches ? `, a name of another type (${signer.identityType})` : "";
    return { distance: 1, explain: () => `issuer matches, subject differs: ${subjects()}${kind}` };
  }
  if (subjectMatches) return { distance: 1, explain: () => `subject matches, issuer differs: ${issuers()}` };
  return { distance: 2, explain: () => `issuer differs: ${issuers()}; subject differs: ${subjects()}` };
}

/** An empty or absent claim matches nothing. */
function matches(matcher: TextMatcher, claim: string): boolean {
  if (claim === "") return false;
  return typeof matcher === "string" ? matcher === claim : matcher.test(claim);
}

function expectation(matcher: TextMatcher): string {
  return typeof matcher === "string" ? JSON.stringify(matcher) : `a match of /${matcher.source}/`;
}
