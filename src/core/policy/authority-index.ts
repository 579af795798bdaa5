import type { AuthorityDecision } from "./decision.ts";
import { type Match, matchAuthority } from "./match-authority.ts";
import { KEYS_TRUST, type ModelFacts, trustIdOf } from "./model-facts.ts";
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
    let asked = authority.kind === "certificate";
    for (const key of exactKeys(authority)) {
      if (key === undefined) asked = true;
      else if (!this.#exact.has(key)) this.#exact.set(key, position);
    }
    if (asked) this.#others.push(position);
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

function told(authority: Authority, match: Match): AuthorityDecision {
  const { name, place } = authority;
  return { authority: { name, ...place }, accepted: match.distance === 0, message: match.explain() };
}

/** What an authority names exactly; undefined for what it does not. */
function exactKeys(authority: Authority): (string | undefined)[] {
  if (authority.kind === "key") return [exactKey(KEYS_TRUST, authority.fingerprint)];
  if (authority.kind !== "keyless") return [];
  const trust = trustIdOf(authority) ?? "";
  return authority.identities.map(({ issuer, subject }) =>
    typeof issuer === "string" && typeof subject === "string" ? exactKey(trust, issuer, subject) : undefined,
  );
}

function signerKeys({ signers }: ModelFacts): string[] {
  return [...signers].flatMap(([trust, signer]) => {
    if (signer.method === "key") return [exactKey(trust, signer.fingerprint)];
    return signer.method === "sigstore" ? [exactKey(trust, signer.issuer, signer.identity)] : [];
  });
}

function exactKey(...parts: readonly string[]): string {
  return JSON.stringify(parts);
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
