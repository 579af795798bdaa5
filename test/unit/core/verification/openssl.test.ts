import assert from "node:assert/strict";
import { SERVER_AUTHENTICATION } from "../../../support/certificates.ts";
import type { TestName } from "../../../support/names.ts";
import { compareRandomChains, noOpenssl, opensslOpinion, ownOpinion } from "../../../support/openssl-verify.ts";
import { type ChainPart, chainOf } from "../../../support/random-chains.ts";
import { skip } from "../../../support/results.ts";
import { useTemporaryFolder } from "../../../support/temporary-folder.ts";

const ROOT: ChainPart = { subject: [[["CN", "The Root"]]] };
const AUTHORITY: ChainPart = { subject: [[["CN", "The Authority"]]] };
const LEAF: ChainPart = { subject: [[["CN", "The Leaf"]]] };

interface Difference {
  readonly reason: string;
  readonly authority: Partial<ChainPart>;
  readonly leaf?: Partial<ChainPart>;
  /** Of what is said by the one that rejects. */
  readonly message: RegExp;
}

const uri = (base: string, name: string): Pick<Difference, "authority" | "leaf"> => ({
  authority: { constraints: { permitted: [{ uri: base }] } },
  leaf: { names: [{ uri: name }] },
});
const excluded = (base: TestName, ...names: readonly TestName[]): Pick<Difference, "authority" | "leaf"> => ({
  authority: { constraints: { excluded: [base] } },
  leaf: { names },
});
const critical = (oid: string, hex: string) => ({ oid, critical: true, value: Buffer.from(hex, "hex") });

/** All that is rejected here and accepted by OpenSSL, each with the reason. */
const REJECTED_HERE: Readonly<Record<string, Difference>> = {
  "a fragment behind another host": {
    reason: "OpenSSL ends the host of a URI at a slash only, so that it ends with whatever stands before that",
    ...uri(".acme.example", "https://evil.com#x.acme.example"),
    message: /is not permitted by CN=The Authority/,
  },
  "a password that looks like a host": {
    reason: "OpenSSL ends the host of a URI at the first colon, and does not know of userinfo",
    ...uri(".acme.example", "https://x.acme.example:y@evil.com/"),
    message: /is not permitted/,
  },
  "a host behind a backslash": {
    reason: "browsers read a backslash as a slash; RFC 3986 has none",
    ...uri(".acme.example", "https://evil.com\\x.acme.example/"),
    message: /cannot be compared/,
  },
  "an IP address where host names are excluded": {
    reason: "RFC 5280, 4.2.1.10: a URI whose host is not a domain name must be rejected where URIs are constrained",
    ...excluded({ uri: "evil.example" }, { uri: "https://10.0.0.1/" }),
    message: /not a fully qualified domain name/,
  },
  "a host that is not fully qualified": {
    reason: "as above: the host has to be fully qualified",
    ...uri("acme", "https://acme/"),
    message: /not a fully qualified domain name/,
  },
  "a DNS name with a dot at its end": {
    reason: "it is the same host, and not a valid name: compared as text it would escape the exclusion",
    ...excluded({ dns: "evil.example" }, { dns: "evil.example." }),
    message: /not a valid DNS name/,
  },
  "a quoted local part": {
    reason: "quotes spell one mailbox in several ways: compared as text it would escape the exclusion",
    ...excluded({ email: "eve@acme.example" }, { email: '"eve"@acme.example' }),
    message: /not a plain mail address/,
  },
  "a mail constraint that is none": {
    reason: "RFC 5280 knows a mailbox, a host and a domain; OpenSSL reads @acme.example as a host",
    authority: { constraints: { permitted: [{ email: "@acme.example" }] } },
    leaf: { names: [{ email: "al@acme.example" }] },
    message: /not a plain mail address/,
  },
  "an excluded name in another case, not in ASCII": {
    reason: "RFC 5280, 7.1 folds the case of all letters, OpenSSL only of A to Z",
    authority: { constraints: { excluded: [{ directory: [[["O", "ÄCME"]]] }] } },
    leaf: { subject: [[["O", "äcme"]], [["CN", "Eve"]]] },
    message: /directoryName is excluded/,
  },
  "another name of the form otherName": {
    reason: "RFC 5280, 4.2.1.10 speaks of the form; OpenSSL compares the type inside as well",
    ...excluded({ other: "2a0304", text: "x" }, { other: "2a0305", text: "y" }),
    message: /constraints of this form are not supported/,
  },
  "critical policy constraints": {
    reason: "they are not processed here; OpenSSL takes them for processed, and ignores them if not asked",
    authority: { extensions: [critical("2.5.29.36", "3003800100")] },
    message: /a critical extension that is not supported \(policyConstraints/,
  },
  "critical distribution points of revocation lists": {
    reason: "revocation is not checked here; nor by OpenSSL, if not asked",
    authority: { extensions: [critical("2.5.29.31", "3000")] },
    message: /a critical extension that is not supported \(2\.5\.29\.31\)/,
  },
  "an authority for servers": {
    reason: "extended key usage limits what is below it; openssl verify checks no purpose if none is given",
    authority: { extendedKeyUsage: [SERVER_AUTHENTICATION] },
    message: /does not certify signers of models/,
  },
};

/** What is accepted here and rejected by OpenSSL. */
const ACCEPTED_HERE: Readonly<Record<string, Difference>> = {
  "userinfo before the permitted host": {
    reason: "RFC 3986, 3.2: it is no part of the host; OpenSSL takes it for one",
    ...uri("www.acme.example", "https://al@www.acme.example/"),
    message: /permitted subtree violation/,
  },
  "a query behind the permitted host": {
    reason: "RFC 3986, 3.2: the host ends at ?; for OpenSSL only at a slash",
    ...uri("www.acme.example", "https://www.acme.example?x"),
    message: /permitted subtree violation/,
  },
  "a common name that looks like a host": {
    reason: "no common name is taken for a DNS name here, so no constraint of DNS names holds for it",
    authority: { constraints: { permitted: [{ dns: "acme.example" }] } },
    leaf: { subject: [[["CN", "www.evil.example"]]] },
    message: /permitted subtree violation/,
  },
};

describe("certificate paths and OpenSSL", function () {
  this.timeout(60_000);
  const folder = useTemporaryFolder();
  before(function () {
    const missing = noOpenssl();
    if (missing !== undefined) skip(this, missing);
  });

  it("agree on 60 random chains with name constraints", async () => {
    const valid = await compareRandomChains(60, 1, folder());
    assert.ok(valid > 6 && valid < 54, `${valid} of 60 were valid`);
  });

  const opinions = async ({ authority, leaf }: Difference) => {
    const chain = chainOf([ROOT, { ...AUTHORITY, ...authority }, { ...LEAF, ...leaf }]);
    return { own: ownOpinion(chain), openssl: await opensslOpinion(chain, folder()) };
  };
  for (const [title, difference] of Object.entries(REJECTED_HERE)) {
    it(`differ: only here, ${title} is rejected (${difference.reason})`, async () => {
      const { own, openssl } = await opinions(difference);
      assert.match(own ?? "accepted", difference.message);
      assert.equal(openssl, undefined);
    });
  }
  for (const [title, difference] of Object.entries(ACCEPTED_HERE)) {
    it(`differ: only by OpenSSL, ${title} is rejected (${difference.reason})`, async () => {
      const { own, openssl } = await opinions(difference);
      assert.equal(own, undefined);
      assert.match(openssl ?? "accepted", difference.message);
    });
  }
});
