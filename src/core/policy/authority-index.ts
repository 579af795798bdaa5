import type { SigningMethod } from "../verification/signer.ts";
import { exactKey, type Match } from "./authorities/authority-kind.ts";
import { kindOf } from "./authorities/table.ts";
import type { AuthorityDecision } from "./decision.ts";
import type { ModelFacts } from "./model-facts.ts";
import type { Authority, Policy } from "./policy.ts";

/** Refusals that are told one by one; the nearest to a yes first. */
const TOLD = 10;
/** Authorities among which the nearest are looked for: of more, the first. */
const LOOKED_AT = 1000;
/** Signers that are remembered. */
const REMEMBERED = 1000;

/** What the authorities of a policy, exceptions apart, say to a signer. */
export interface AuthoritiesDecision {
  readonly accepted: boolean;
  readonly told: readonly AuthorityDecision[];
  readonly untold: number;
}

/**
 * The authorities of one policy, arranged so that an exact one among thousands is found at once; the first one in the
 * file's order that accepts is the one told. Authorities are asked once a signer, however many models they signed.
 */
export class AuthorityIndex {
  readonly #authorities: readonly Authority[];
  /** Positions of authorities by what they name exactly. */
  readonly #exact = new Map<string, number>();
  /** Positions of those that have to be asked. */
  readonly #others: number[] = [];
  readonly #known = new Map<string, AuthoritiesDecision>();

  constructor(policy: Policy) {
    this.#authorities = policy.authorities;
    for (const [position, authority] of policy.authorities.entries()) this.#add(authority, position);
  }

  decide(facts: ModelFacts): AuthoritiesDecision {
    const who = describeFacts(facts);
    const known = this.#known.get(who);
    if (known !== undefined) return known;
    const decision = this.#accepting(facts) ?? this.#refusing(facts);
    if (this.#known.size < REMEMBERED) this.#known.set(who, decision);
    return decision;
  }

  #add(authority: Authority, position: number): void {
    const keys = kindOf(authority).exactKeys(authority);
    for (const key of keys) if (key !== undefined && !this.#exact.has(key)) this.#exact.set(key, position);
    if (keys.includes(undefined)) this.#others.push(position);
  }

  #accepting(facts: ModelFacts): AuthoritiesDecision | undefined {
    const exact = signerKeys(facts).map((key) => this.#exact.get(key));
    const candidates = [...this.#others, ...exact.filter((position) => position !== undefined)];
    for (const position of candidates.sort((a, b) => a - b)) {
      const authority = this.#authorities[position];
      const match = authority && matchAuthority(authority, facts);
      if (authority && match?.distance === 0) return { accepted: true, told: [told(authority, match)], untold: 0 };
    }
    return undefined;
  }

  #refusing(facts: ModelFacts): AuthoritiesDecision {
    const nearest: [Authority, Match][][] = [[], [], [], []];
    for (const authority of this.#authorities.slice(0, LOOKED_AT)) {
      const match = matchAuthority(authority, facts);
      const list = nearest[match.distance];
      if (list !== undefined && list.length < TOLD) list.push([authority, match]);
    }
    const first = nearest.flat().slice(0, TOLD);
    return {
      accepted: false,
      told: first.map(([authority, match]) => told(authority, match)),
      untold: this.#authorities.length - first.length,
    };
  }
}

const SIGNED_WITH: Readonly<Record<SigningMethod, string>> = {
  key: "with a key",
  certificate: "with a certificate",
  sigstore: "with a browser login or by CI (Sigstore)",
};

/** Whether an authority accepts who signed. Files are not looked at. */
function matchAuthority(authority: Authority, { method, signers, failures }: ModelFacts): Match {
  const kind = kindOf(authority);
  const { wants } = kind;
  if (wants !== undefined && method !== undefined && method !== wants.method) {
    return { distance: 3, explain: () => `wants ${wants.text}, and it was signed ${SIGNED_WITH[method]}` };
  }
  const trust = kind.trustId(authority) ?? "";
  return kind.match(authority, signers.get(trust), failures.get(trust));
}

function told(authority: Authority, match: Match): AuthorityDecision {
  const { name, place } = authority;
  return { authority: { name, ...place }, accepted: match.distance === 0, message: match.explain() };
}

function signerKeys({ signers }: ModelFacts): string[] {
  return [...signers].flatMap(([trust, signer]) => {
    if (signer.method === "key") return [exactKey(trust, signer.fingerprint)];
    return signer.method === "sigstore" ? [exactKey(trust, signer.issuer, signer.identity)] : [];
  });
}

/** Whatever a decision depends on, as text. */
function describeFacts({ method, signers, failures }: ModelFacts): string {
  const who = [...signers].map(([trust, signer]) => {
    if (signer.method === "key") return [trust, signer.fingerprint];
    if (signer.method === "sigstore") return [trust, signer.issuer, signer.identity, signer.identityType];
    return [trust, signer.subject, ...signer.alternativeNames];
  });
  return JSON.stringify([method, who, [...failures].map(([trust, { message }]) => [trust, message])]);
}
