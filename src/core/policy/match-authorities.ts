import type { SigningMethod } from "../verification/signer.ts";
import type { Match } from "./authorities/authority-kind.ts";
import { kindOf } from "./authorities/table.ts";
import type { AuthorityDecision } from "./decision.ts";
import type { ModelFacts } from "./model-facts.ts";
import type { Authority, Policy } from "./policy.ts";

/** Rejections that are listed: the closest of this many authorities. */
const MAX_LISTED = 10;
const MAX_COMPARED = 1000;
/** Signers whose decision is cached, for each policy. */
const MAX_CACHED = 1000;

/** What the authorities of a policy, exceptions apart, decide about a signer. */
interface AuthoritiesDecision {
  readonly accepted: boolean;
  /** The one that accepts, or those that come closest to it. */
  readonly authorities: readonly AuthorityDecision[];
  /** How many more there are. */
  readonly untold: number;
}

const CACHE = new WeakMap<Policy, Map<string, AuthoritiesDecision>>();

/**
 * Decides whether an authority of the policy accepts the signer; the first one in the file that does is listed. One signer
 * often signs many models, so decisions are cached as long as the policy is.
 */
export function matchAuthorities(policy: Policy, facts: ModelFacts): AuthoritiesDecision {
  const cache = CACHE.get(policy) ?? new Map<string, AuthoritiesDecision>();
  CACHE.set(policy, cache);
  const key = cacheKey(facts);
  const decision = cache.get(key) ?? decide(policy, facts);
  if (cache.size < MAX_CACHED) cache.set(key, decision);
  return decision;
}

function decide({ authorities }: Policy, facts: ModelFacts): AuthoritiesDecision {
  const rejections: [Authority, Match][] = [];
  for (const authority of authorities) {
    const match = matchAuthority(authority, facts);
    if (match.distance === 0) return { accepted: true, authorities: [decisionOf(authority, match)], untold: 0 };
    if (rejections.length < MAX_COMPARED) rejections.push([authority, match]);
  }
  const closest = rejections.sort(([, a], [, b]) => a.distance - b.distance).slice(0, MAX_LISTED);
  return {
    accepted: false,
    authorities: closest.map(([authority, match]) => decisionOf(authority, match)),
    untold: authorities.length - closest.length,
  };
}

const SIGNED_WITH: Readonly<Record<SigningMethod, string>> = {
  key: "with a key",
  certificate: "with a certificate",
  sigstore: "with a browser login or by CI (Sigstore)",
};

/** Compares the signer only; files are not considered. */
function matchAuthority(authority: Authority, { method, signers, failures }: ModelFacts): Match {
  const kind = kindOf(authority);
  const { requires } = kind;
  if (requires !== undefined && method !== undefined && method !== requires.method) {
    return { distance: 3, explain: () => `requires ${requires.text}, but it was signed ${SIGNED_WITH[method]}` };
  }
  const trust = kind.trustId(authority) ?? "";
  return kind.match(authority, signers.get(trust), failures.get(trust));
}

function decisionOf({ name, location }: Authority, match: Match): AuthorityDecision {
  return { authority: { name, ...location }, accepted: match.distance === 0, message: match.explain() };
}

/** Everything that a decision depends on. */
function cacheKey({ method, signers, failures }: ModelFacts): string {
  const who = [...signers].map(([trust, signer]) => {
    if (signer.method === "key") return [trust, signer.fingerprint];
    if (signer.method === "sigstore") return [trust, signer.issuer, signer.identity, signer.identityType];
    return [trust, signer.subject, ...signer.alternativeNames];
  });
  return JSON.stringify([method, who, [...failures].map(([trust, { message }]) => [trust, message])]);
}
