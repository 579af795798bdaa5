import type { SigningMethod } from "../verification/signer.ts";
import type { Match } from "./authorities/authority-kind.ts";
import { kindOf } from "./authorities/table.ts";
import type { AuthorityDecision, PolicyDecision } from "./decision.ts";
import type { ModelFacts } from "./model-facts.ts";
import type { Authority, Policy } from "./policy.ts";

/** Rejections that are listed: the closest of this many authorities. */
const MAX_LISTED = 10;

/** What the authorities of a policy, exceptions apart, decide about a signer. */
interface AuthoritiesDecision extends Pick<PolicyDecision, "authorities" | "untold"> {
  readonly accepted: boolean;
}

/** Decides whether an authority of the policy accepts the signer; the first one in the file that does is listed. */
export function matchAuthorities({ authorities }: Policy, facts: ModelFacts): AuthoritiesDecision {
  const rejections: [Authority, Match][] = [];
  for (const authority of authorities) {
    const match = matchAuthority(authority, facts);
    if (match.distance === 0) return { accepted: true, authorities: [decisionOf(authority, match)], untold: 0 };
    rejections.push([authority, match]);
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
  const trust = kind.trustId?.(authority) ?? "";
  return kind.match(authority, signers.get(trust), failures.get(trust));
}

function decisionOf({ name, location }: Authority, match: Match): AuthorityDecision {
  return { authority: { name, ...location }, accepted: match.distance === 0, message: match.explain() };
}
