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
  { issuer, issuerRegExp, subject, subjectRegExp }: IdentityDocument,
  path: ValuePath,
): IdentityMatcher | undefined {
  const issuerMatcher = readMatcher(context, issuer, issuerRegExp, path, "issuer");
  const subjectMatcher = readMatcher(context, subject, subjectRegExp, path, "subject");
  if (issuerMatcher === undefined || subjectMatcher === undefined) return undefined;
  return { issuer: issuerMatcher, subject: subjectMatcher };
}

function readMatcher(
  context: ReadContext,
  exact: string | undefined,
  expression: string | undefined,
  path: ValuePath,
  field: "issuer" | "subject",
): TextMatcher | undefined {
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
  const calling = signer.extensions["sourceRepositoryUri"] ?? "";
  if (issuerMatches && subjectMatches && source !== undefined && source !== calling) {
    const found = calling === "" ? "found none" : `found ${JSON.stringify(calling)}`;
    return {
      distance: 1,
      explain: () =>
        `issuer and subject match, calling repository differs: expected ${JSON.stringify(source)}, ${found}`,
    };
  }
  if (issuerMatches && subjectMatches) return IDENTITY_MATCHES;
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
