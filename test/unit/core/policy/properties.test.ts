import assert from "node:assert/strict";
import fc from "fast-check";
import { allowsUse } from "../../../../src/core/policy/decision.ts";
import type { Policy } from "../../../../src/core/policy/policy.ts";
import { sha256 } from "../../../support/bundles.ts";
import { makeKeys } from "../../../support/keys.ts";
import {
  decide,
  keylessSignature,
  keySignature,
  policiesOf,
  policyOf,
  policyText,
  type Signed,
} from "../../../support/policies.ts";

const GOOGLE = "https://accounts.google.com";
const PEM = makeKeys().publicPem;
const exact = (subject: string, issuer = GOOGLE) => `keyless: { identities: [${JSON.stringify({ issuer, subject })}] }`;

const AUTHORITIES = [
  exact("alice@example.com"),
  exact("bob@example.com"),
  `keyless: { identities: [{ issuer: ${GOOGLE}, subjectRegExp: "^.*@example\\\\.com$" }] }`,
  `key: { data: ${JSON.stringify(PEM)} }`,
  "static: { action: pass }",
  "static: { action: fail }",
];
const SIGNED: readonly Signed[] = [
  keylessSignature("alice@example.com", GOOGLE),
  keylessSignature("bob@example.com", GOOGLE),
  keylessSignature("eve@example.org", GOOGLE),
  keySignature(sha256(PEM)),
  "none",
  "invalid",
  "unknown key",
];

/** Every policy of a mode, a demand, a pattern, and one or two authorities. */
async function allPolicies(): Promise<readonly Policy[]> {
  const texts: string[] = [];
  for (const mode of ["enforce", "warn"] as const) {
    for (const requireSignature of [true, false]) {
      for (const globs of [["models/*"], ["other/*"]]) {
        for (const first of AUTHORITIES) {
          texts.push(policyText({ mode, requireSignature, globs, authorities: [first] }));
          for (const second of AUTHORITIES)
            texts.push(policyText({ mode, requireSignature, globs, authorities: [first, second] }));
        }
      }
    }
  }
  return policiesOf(texts.join("---\n"));
}

describe("policies with random content", function () {
  this.timeout(30_000);
  let pool: readonly Policy[];
  before(async () => {
    pool = await allPolicies();
    assert.equal(pool.length, 336);
  });
  const some = fc.array(fc.nat({ max: 335 }), { maxLength: 4 });
  const pick = (numbers: readonly number[]): readonly Policy[] => numbers.flatMap((number) => pool[number] ?? []);
  const signed = fc.constantFrom(...SIGNED);
  const files = fc.constantFrom({}, { differences: "1 changed" }, { symlinksAllowed: true }, { signerIgnored: ["x"] });
  const situation = fc.record({ user: some, workspace: some, trusted: fc.boolean(), signed, files });
  const outcome = ({
    user,
    workspace,
    ...rest
  }: {
    user: number[];
    workspace: number[];
    trusted: boolean;
    signed: Signed;
    files: object;
  }) => decide({ ...rest, user: pick(user), workspace: pick(workspace) }).outcome;

  it("never accept because of a further policy what one rejects", () => {
    let refused = 0;
    fc.assert(
      fc.property(situation, fc.nat({ max: 335 }), fc.boolean(), (known, further, ofUser) => {
        if (outcome(known) !== "refused") return;
        refused++;
        const more = ofUser
          ? { ...known, user: [...known.user, further] }
          : { ...known, workspace: [...known.workspace, further] };
        assert.equal(outcome(more), "refused");
      }),
      { numRuns: 3000 },
    );
    assert.ok(refused > 500, `${refused} refusals`);
  });

  it("of a workspace never remove a requirement of the user's", () => {
    fc.assert(
      fc.property(situation, (known) => {
        const alone = outcome({ ...known, workspace: [] });
        const together = outcome(known);
        if (alone === "refused") assert.equal(together, "refused");
        if (alone === "warned") assert.ok(together === "warned" || together === "refused");
      }),
      { numRuns: 2000 },
    );
  });

  it("of an untrusted workspace accept no model and no signer", () => {
    fc.assert(
      fc.property(situation, (known) => {
        const alone = outcome({ ...known, workspace: [] });
        const together = outcome({ ...known, trusted: false });
        if (!allowsUse(alone)) assert.ok(!allowsUse(together), `${alone} became ${together}`);
        if (together === "accepted") assert.equal(alone, "accepted");
        assert.ok(!allowsUse(outcome({ ...known, user: [], trusted: false })));
      }),
      { numRuns: 2000 },
    );
  });

  it("have the same result in any order", () => {
    fc.assert(
      fc.property(situation, (known) => {
        const turned = { ...known, user: known.user.toReversed(), workspace: known.workspace.toReversed() };
        assert.equal(outcome(turned), outcome(known));
      }),
    );
  });

  it("have the same result for the same question", () => {
    fc.assert(
      fc.property(situation, ({ user, workspace, ...rest }) => {
        const ask = () => decide({ ...rest, user: pick(user), workspace: pick(workspace) });
        assert.deepEqual(ask(), ask());
      }),
    );
  });

  it("accept only with an accepting policy that applies and files that match", () => {
    fc.assert(
      fc.property(situation, (known) => {
        const decision = decide({ ...known, user: pick(known.user), workspace: pick(known.workspace) });
        if (decision.outcome !== "accepted") return;
        assert.ok(decision.policies.some(({ by, counts }) => by === "signer" && counts));
        assert.ok(decision.policies.every(({ satisfied }) => satisfied));
        assert.ok(typeof known.signed === "object");
      }),
      { numRuns: 2000 },
    );
  });

  it("match an exact identity only by itself", async () => {
    const claim = fc.oneof(
      fc.string({ minLength: 1 }),
      fc.string({ unit: "grapheme", minLength: 1 }),
      fc.emailAddress(),
      fc.webUrl(),
    );
    await fc.assert(
      fc.asyncProperty(claim, claim, claim, claim, async (issuer, subject, otherIssuer, otherSubject) => {
        fc.pre([issuer, subject].every((text) => text.isWellFormed()));
        const user = await policyOf({ authorities: [exact(subject, issuer)] });
        const accepts = (identity: string, by: string): boolean =>
          decide({ user, signed: keylessSignature(identity, by) }).outcome === "accepted";
        assert.equal(accepts(subject, issuer), true);
        assert.equal(accepts(otherSubject, otherIssuer), otherSubject === subject && otherIssuer === issuer);
        assert.equal(accepts(otherSubject, issuer), otherSubject === subject);
        assert.equal(accepts(subject, otherIssuer), otherIssuer === issuer);
        for (const near of [
          `${subject}x`,
          `x${subject}`,
          subject.slice(1),
          subject.slice(0, -1),
          `${subject}\n`,
          `${subject}\0`,
        ]) {
          assert.equal(accepts(near, issuer), near === subject, JSON.stringify(near));
        }
      }),
      { numRuns: 150 },
    );
  });
});
