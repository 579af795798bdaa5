import assert from "node:assert/strict";
import type { Outcome } from "../../../../src/core/policy/decision.ts";
import type { FileFacts } from "../../../../src/core/policy/model-facts.ts";
import { certificateFingerprint, readCertificates } from "../../../../src/core/verification/certificates.ts";
import { sha256 } from "../../../support/bundles.ts";
import { makeCertificate } from "../../../support/certificates.ts";
import { makeKeys } from "../../../support/keys.ts";
import {
  certificateSignature,
  decide,
  keylessSignature,
  keySignature,
  type PolicyParts,
  policyOf,
  type Signed,
} from "../../../support/policies.ts";

const GOOGLE = "https://accounts.google.com";
const GITHUB = "https://token.actions.githubusercontent.com";
const alice = keylessSignature("alice@example.com", GOOGLE);
const workflow = (ref: string, repository = "acme/models", file = "release.yml") =>
  keylessSignature(`https://github.com/${repository}/.github/workflows/${file}@${ref}`, GITHUB);
const tag = workflow("refs/tags/v1.2");
const ENTERPRISE = { issuer: "https://git.example.com/_services/token" };
const enterprise = (host: string) =>
  keylessSignature(`https://${host}/acme/models/.github/workflows/release.yml@refs/tags/v1`, ENTERPRISE.issuer);
const CALLED = { callingRepository: "acme/app" };
const calledBy = (repository: string): Signed => {
  const { signer } = tag;
  if (signer.method !== "sigstore") throw new Error("not a login");
  return { signer: { ...signer, extensions: { sourceRepositoryUri: `https://github.com/${repository}` } } };
};

const keys = { prod: makeKeys().publicPem, other: makeKeys("P-384").publicPem };
const prod = keySignature(sha256(keys.prod));
const key = (pem: string) => `key: { data: ${JSON.stringify(pem)} }`;

const rootPem = (name: string) => makeCertificate({ subject: name, ca: true }).pem;
const roots = { vendor: rootPem("Vendor Root"), other: rootPem("Other Root") };
const fingerprint = (pem: string) => readCertificates([{ label: "", pem }]).map(certificateFingerprint)[0] ?? "";
const vendor = (subject: string, names: readonly string[] = [], root = roots.vendor) =>
  certificateSignature(fingerprint(root), subject, names);
const certificate = (identities: readonly string[], root = roots.vendor) =>
  `certificate: { caCert: { data: ${JSON.stringify(root)} }, trustedIdentities: ${JSON.stringify(identities)} }`;

const identity = (fields: Readonly<Record<string, string>>) => `keyless: { identities: [${JSON.stringify(fields)}] }`;
const isAlice = identity({ issuer: GOOGLE, subject: "alice@example.com" });
const isBob = identity({ issuer: GOOGLE, subject: "bob@example.com" });
const byPattern = (subjectRegExp: string) => identity({ issuer: GITHUB, subjectRegExp });
const github = (fields: Readonly<Record<string, string>> = {}) =>
  `githubActions: ${JSON.stringify({ repository: "acme/models", workflow: "release.yml", ref: "refs/tags/v*", ...fields })}`;
const pass = 'static: { action: pass, message: "until 2027-06" }';
const fail = 'static: { action: fail, message: "withdrawn" }';

interface Case {
  readonly title: string;
  readonly user?: readonly PolicyParts[];
  readonly workspace?: readonly PolicyParts[];
  readonly trusted?: boolean;
  readonly model?: string;
  readonly signed: Signed;
  readonly files?: Partial<FileFacts>;
  readonly outcome: Outcome;
  /** Among the reasons, or among what the policies' authorities said. */
  readonly says?: RegExp;
  /** The authority that accepted. */
  readonly by?: string;
}

/** One policy of the user's with these authorities, covering everything. */
const one = (title: string, authorities: readonly string[], signed: Signed, outcome: Outcome, says?: RegExp): Case => ({
  title,
  user: [{ authorities }],
  signed,
  outcome,
  ...(says && { says }),
});

const covered = (glob: string, model: string, outcome: Outcome = "accepted"): Case => ({
  title: `${glob} ${outcome === "accepted" ? "covers" : "does not cover"} ${model}`,
  user: [{ globs: [glob], authorities: [isAlice] }],
  model,
  signed: alice,
  outcome,
});

const COVERAGE: readonly Case[] = [
  covered("models/llama", "models/llama"),
  covered("models/llama", "models/llama2", "uncovered"),
  covered("models/llama", "models", "uncovered"),
  covered("models/llama", "other/models/llama", "uncovered"),
  covered("models/llama", "models/Llama", "uncovered"),
  covered("models/*", "models/llama"),
  covered("models/*", "models/meta/llama", "uncovered"),
  covered("models/*", "models", "uncovered"),
  covered("models/**", "models/llama"),
  covered("models/**", "models/meta/llama"),
  covered("models/**", "models", "uncovered"),
  covered("models**", "models"),
  covered("models/*-gguf", "models/llama-gguf"),
  covered("models/*-gguf", "models/llama-gguf/q4", "uncovered"),
  covered("models/*/v1", "models/llama/v1"),
  covered("models/*/v1", "models/meta/llama/v1", "uncovered"),
  covered("models/**/v1", "models/meta/llama/v1"),
  covered("**/v1", "v1", "uncovered"),
  covered("**", "."),
  covered("*", "."),
  covered(".", "."),
  covered("**", "models/llama"),
  covered("**.gguf", "models/llama.gguf"),
  covered("models/llama.v1", "models/llamaxv1", "uncovered"),
  covered("models/llama(1)", "models/llama(1)"),
  {
    title: "any one of several patterns is enough",
    user: [{ globs: ["a/*", "models/*"], authorities: [isAlice] }],
    signed: alice,
    outcome: "accepted",
  },
  {
    title: "without a policy nothing is accepted",
    signed: alice,
    outcome: "uncovered",
    says: /No policy covers models\/llama/,
  },
];

const EXACT: readonly Case[] = [
  one("the same identity", [isAlice], alice, "accepted"),
  one(
    "another subject",
    [isAlice],
    keylessSignature("bob@example.com", GOOGLE),
    "refused",
    /issuer matches, subject differs: expected "alice@example.com", found "bob@example.com"/,
  ),
  one(
    "another issuer",
    [isAlice],
    keylessSignature("alice@example.com", "https://login.example.com"),
    "refused",
    /subject matches, issuer differs: expected "https:\/\/accounts.google.com", found "https:\/\/login.example.com"/,
  ),
  one(
    "another subject and issuer",
    [isAlice],
    keylessSignature("bob@example.com", "https://login.example.com"),
    "refused",
    /issuer differs.*subject differs/,
  ),
  one("a subject with a suffix", [isAlice], keylessSignature("alice@example.com.evil.example", GOOGLE), "refused"),
  one("a subject with a prefix", [isAlice], keylessSignature("xalice@example.com", GOOGLE), "refused"),
  one("a truncated subject", [isAlice], keylessSignature("alice@example.co", GOOGLE), "refused"),
  one("a subject in another case", [isAlice], keylessSignature("Alice@example.com", GOOGLE), "refused"),
  one("a subject with a space", [isAlice], keylessSignature("alice@example.com ", GOOGLE, "email"), "refused"),
  one("a dot is a dot", [isAlice], keylessSignature("alice@exampleXcom", GOOGLE), "refused"),
  one("an issuer with a slash at its end", [isAlice], keylessSignature("alice@example.com", `${GOOGLE}/`), "refused"),
  one(
    "an issuer in another case",
    [isAlice],
    keylessSignature("alice@example.com", "https://Accounts.google.com"),
    "refused",
  ),
  one("an issuer by http", [isAlice], keylessSignature("alice@example.com", "http://accounts.google.com"), "refused"),
  one(
    "the same text as a name of another type",
    [isAlice],
    keylessSignature("alice@example.com", GOOGLE, "other"),
    "refused",
    /a name of another type \(other\)/,
  ),
  one("an empty subject in the certificate", [isAlice], keylessSignature("", GOOGLE), "refused"),
  one("an empty issuer in the certificate", [isAlice], keylessSignature("alice@example.com", ""), "refused"),
  one("an exact subject that looks like a pattern", [identity({ issuer: GOOGLE, subject: ".*" })], alice, "refused"),
  one(
    "composed and decomposed letters differ",
    [identity({ issuer: GOOGLE, subject: "andr\u00e9@example.com" })],
    keylessSignature("andre\u0301@example.com", GOOGLE),
    "refused",
  ),
  one(
    "any one of several identities is enough",
    [
      `keyless: { identities: [${JSON.stringify({ issuer: GOOGLE, subject: "bob@example.com" })}, ${JSON.stringify({ issuer: GOOGLE, subject: "alice@example.com" })}] }`,
    ],
    alice,
    "accepted",
  ),
  one(
    "issuer of one identity with the subject of another",
    [
      `keyless: { identities: [${JSON.stringify({ issuer: GITHUB, subject: "alice@example.com" })}, ${JSON.stringify({ issuer: GOOGLE, subject: "bob@example.com" })}] }`,
    ],
    alice,
    "refused",
  ),
  one("signed with a key", [isAlice], prod, "refused", /requires a login or CI identity, but it was signed with a key/),
  one(
    "signed with a certificate",
    [isAlice],
    vendor("CN=alice@example.com"),
    "refused",
    /requires a login or CI identity/,
  ),
  one(
    "certified by an instance that is not the policy's",
    [isAlice],
    { ...alice, under: "/elsewhere/trust.json" },
    "refused",
    /not certified by this Sigstore instance/,
  ),
];

const PATTERNS: readonly Case[] = [
  one(
    "an anchored pattern, matched",
    [byPattern("^https://github\\.com/acme/models/\\.github/workflows/release\\.yml@refs/tags/v[0-9.]+$")],
    tag,
    "accepted",
  ),
  one(
    "an anchored pattern, another tag",
    [byPattern("^https://github\\.com/acme/models/\\.github/workflows/release\\.yml@refs/tags/v[0-9.]+$")],
    workflow("refs/tags/v1.2-rc"),
    "refused",
    /expected a match of \//,
  ),
  one(
    "an anchored pattern, a branch",
    [byPattern("^https://github\\.com/acme/models/\\.github/workflows/release\\.yml@refs/tags/v[0-9.]+$")],
    workflow("refs/heads/main"),
    "refused",
  ),
  one(
    "an anchored pattern, a fork",
    [byPattern("^https://github\\.com/acme/models/.*$")],
    workflow("refs/tags/v1", "evil/models"),
    "refused",
  ),
  one("without anchors it matches anywhere, as in Sigstore", [byPattern("acme/models")], tag, "accepted"),
  one(
    "without $ it matches a longer text",
    [byPattern("^https://github\\.com/acme")],
    workflow("refs/tags/v1", "acme-evil/models"),
    "accepted",
  ),
  one(
    "without ^ it matches a text with a prefix",
    [identity({ issuer: GOOGLE, subjectRegExp: "alice@example\\.com$" })],
    keylessSignature("malalice@example.com", GOOGLE),
    "accepted",
  ),
  one(
    "one branch of an alternative is anchored",
    [identity({ issuer: GOOGLE, subjectRegExp: "^alice@example\\.com$|bob" })],
    keylessSignature("xbobx@example.com", GOOGLE),
    "accepted",
  ),
  one(
    "a pattern that matches the empty text does not match an empty claim",
    [identity({ issuer: GOOGLE, subjectRegExp: ".*" })],
    keylessSignature("", GOOGLE),
    "refused",
  ),
  one("a pattern for everything", [identity({ issuerRegExp: ".*", subjectRegExp: ".*" })], alice, "accepted"),
  one(
    "a pattern for the issuer",
    [identity({ issuerRegExp: "^https://accounts\\.google\\.com$", subject: "alice@example.com" })],
    alice,
    "accepted",
  ),
  one(
    "a pattern for another issuer",
    [identity({ issuerRegExp: "^https://.*\\.example\\.com$", subject: "alice@example.com" })],
    alice,
    "refused",
    /subject matches, issuer differs: expected a match of/,
  ),
  one(
    "an empty issuer matches no pattern",
    [identity({ issuerRegExp: ".*", subject: "alice@example.com" })],
    keylessSignature("alice@example.com", ""),
    "refused",
  ),
  one(
    "a pattern is case-sensitive",
    [identity({ issuer: GOOGLE, subjectRegExp: "^alice@example\\.com$" })],
    keylessSignature("ALICE@example.com", GOOGLE),
    "refused",
  ),
  one(
    "unless it has the flag i",
    [identity({ issuer: GOOGLE, subjectRegExp: "(?i)^alice@example\\.com$" })],
    keylessSignature("ALICE@example.com", GOOGLE),
    "accepted",
  ),
  one(
    "$ does not match at a line end",
    [identity({ issuer: GOOGLE, subjectRegExp: "^alice@example\\.com$" })],
    keylessSignature("alice@example.com\nx", GOOGLE, "email"),
    "refused",
  ),
];

const GITHUB_ACTIONS: readonly Case[] = [
  one("the expected tag", [github()], tag, "accepted"),
  one("another tag that matches", [github()], workflow("refs/tags/v2.0.1-rc"), "accepted"),
  one("a tag that does not match", [github()], workflow("refs/tags/x1"), "refused"),
  one("* stops at a slash", [github()], workflow("refs/tags/v1/x"), "refused"),
  one("** does not", [github({ ref: "refs/tags/**" })], workflow("refs/tags/v1/x"), "accepted"),
  one("a branch", [github()], workflow("refs/heads/v1"), "refused"),
  one("a workflow of GitHub Enterprise", [github(ENTERPRISE)], enterprise("git.example.com"), "accepted"),
  one("the same workflow at github.com", [github(ENTERPRISE)], tag, "refused"),
  one("a workflow of an enterprise instead of github.com", [github()], enterprise("git.example.com"), "refused"),
  one("an enterprise's workflow at another host", [github(ENTERPRISE)], enterprise("evil.example.com"), "refused"),
  one("a host that an unescaped dot would match", [github(ENTERPRISE)], enterprise("gitxexample.com"), "refused"),
  one(
    "an enterprise with its own path of the provider",
    [github({ issuer: `${GITHUB}/acme` })],
    keylessSignature("https://github.com/acme/models/.github/workflows/release.yml@refs/tags/v1", `${GITHUB}/acme`),
    "accepted",
  ),
  one("the repository that calls a reusable workflow", [github(CALLED)], calledBy("acme/app"), "accepted"),
  one(
    "another repository that calls it",
    [github(CALLED)],
    calledBy("evil/app"),
    "refused",
    /calling repository differs: expected "https:\/\/github\.com\/acme\/app", found "https:\/\/github\.com\/evil\/app"/,
  ),
  one("a signer without a calling repository", [github(CALLED)], tag, "refused", /found none/),
  one("any caller if none is named", [github()], calledBy("evil/app"), "accepted"),
  one("a pull request", [github({ ref: "refs/heads/main" })], workflow("refs/pull/1/merge"), "refused"),
  one("an exact branch", [github({ ref: "refs/heads/main" })], workflow("refs/heads/main"), "accepted"),
  one("a branch with a suffix", [github({ ref: "refs/heads/main" })], workflow("refs/heads/main2"), "refused"),
  one("another repository", [github()], workflow("refs/tags/v1", "acme/model"), "refused"),
  one("a repository with the same ending", [github()], workflow("refs/tags/v1", "x/acme/models"), "refused"),
  one("another owner", [github()], workflow("refs/tags/v1", "acmee/models"), "refused"),
  one("another workflow", [github()], workflow("refs/tags/v1", "acme/models", "test.yml"), "refused"),
  one(
    "a workflow with another letter instead of the dot",
    [github()],
    workflow("refs/tags/v1", "acme/models", "releaseXyml"),
    "refused",
  ),
  one(
    "the same subject from another issuer",
    [github()],
    keylessSignature(tag.signer.method === "sigstore" ? tag.signer.identity : "", GOOGLE),
    "refused",
    /subject matches, issuer differs/,
  ),
];

const KEYS: readonly Case[] = [
  one("the key", [key(keys.prod)], prod, "accepted"),
  one("another key", [key(keys.other)], prod, "refused", /not signed with a0/),
  one("one of several keys", [key(keys.other), key(keys.prod)], prod, "accepted"),
  one("an unknown key", [key(keys.prod)], "unknown key", "refused", /no authority accepts the signer/),
  one(
    "an identity instead",
    [key(keys.prod)],
    alice,
    "refused",
    /requires a key, but it was signed with a browser login or by CI/,
  ),
  one(
    "a certificate instead",
    [key(keys.prod)],
    vendor("CN=Alice"),
    "refused",
    /requires a key, but it was signed with a certificate/,
  ),
];

const CERTIFICATES: readonly Case[] = [
  one(
    "subject, whole, in the certificate's order",
    [certificate(["x509.subject: O=Vendor, CN=Model Signing"])],
    vendor("CN=Model Signing,O=Vendor"),
    "accepted",
  ),
  one(
    "subject, with additional parts",
    [certificate(["x509.subject: O=Vendor, CN=Model Signing"])],
    vendor("CN=Model Signing,OU=ML,O=Vendor,C=US"),
    "refused",
    /root matches, subject differs: expected "O=Vendor, CN=Model Signing"/,
  ),
  one(
    "subject, whole, as RFC 4514 text",
    [certificate(["x509.subject: CN=Model Signing,OU=ML,O=Vendor"])],
    vendor("CN=Model Signing,OU=ML,O=Vendor"),
    "accepted",
  ),
  one(
    "subject, the same parts in another order",
    [certificate(["x509.subject: OU=ML,CN=Model Signing,O=Vendor"])],
    vendor("CN=Model Signing,OU=ML,O=Vendor"),
    "refused",
  ),
  one(
    "subject, a part of two attributes in another order",
    [certificate(["x509.subject: O=Vendor, UID=7 + CN=Model Signing"])],
    vendor("CN=Model Signing + UID=7,O=Vendor"),
    "accepted",
  ),
  one(
    "subject, two parts for one of two attributes",
    [certificate(["x509.subject: CN=Model Signing, UID=7, O=Vendor"])],
    vendor("CN=Model Signing + UID=7,O=Vendor"),
    "refused",
  ),
  one(
    "subject, a part missing",
    [certificate(["x509.subject: O=Vendor, CN=Model Signing"])],
    vendor("CN=Model Signing"),
    "refused",
    /root matches, subject differs: expected "O=Vendor, CN=Model Signing", found "CN=Model Signing"/,
  ),
  one(
    "subject, another value",
    [certificate(["x509.subject: O=Vendor, CN=Model Signing"])],
    vendor("CN=Model Signing,O=Vendors"),
    "refused",
  ),
  one("subject, another case", [certificate(["x509.subject: O=Vendor"])], vendor("O=vendor"), "refused"),
  one(
    "subject, both values in one part",
    [certificate(["x509.subject: O=Vendor, CN=Model Signing"])],
    vendor("CN=Model Signing\\, O=Vendor"),
    "refused",
  ),
  one(
    "subject, an escaped comma",
    [certificate(["x509.subject: O=Vendor\\, Inc., CN=x"])],
    vendor("CN=x,O=Vendor\\, Inc."),
    "accepted",
  ),
  one(
    "subject, the type in small letters",
    [certificate(["x509.subject: o=Vendor, cn=x"])],
    vendor("CN=x,O=Vendor"),
    "accepted",
  ),
  one(
    "alternative name with its type",
    [certificate(["x509.san: email:alice@example.com"])],
    vendor("", ["email:alice@example.com"]),
    "accepted",
  ),
  one(
    "alternative name without its type",
    [certificate(["x509.san: alice@example.com"])],
    vendor("", ["email:alice@example.com"]),
    "accepted",
  ),
  one(
    "alternative name of another type",
    [certificate(["x509.san: uri:alice@example.com"])],
    vendor("", ["email:alice@example.com"]),
    "refused",
  ),
  one(
    "mail address, a URI of the same text",
    [certificate(["x509.san: alice@example.com", "x509.san: email:alice@example.com"])],
    vendor("", ["uri:alice@example.com", "dns:alice@example.com", "uri:email:alice@example.com"]),
    "refused",
    /expected "email:alice@example.com" or "email:alice@example.com"/,
  ),
  one(
    "DNS name, a mail name of the same text",
    [certificate(["x509.san: example.com"])],
    vendor("", ["email:example.com"]),
    "refused",
  ),
  one("DNS name", [certificate(["x509.san: example.com"])], vendor("", ["dns:example.com"]), "accepted"),
  one("URI", [certificate(["x509.san: spiffe://a/b,c=d"])], vendor("", ["uri:spiffe://a/b,c=d"]), "accepted"),
  one("alternative name is no subject", [certificate(["x509.san: Alice"])], vendor("CN=Alice"), "refused"),
  one("any subject that the root certifies", [certificate(["*"])], vendor("CN=Anybody"), "accepted"),
  one(
    "another root",
    [certificate(["*"], roots.other)],
    vendor("CN=Model Signing,O=Vendor"),
    "refused",
    /not issued under a0/,
  ),
  one(
    "the right name under another root",
    [certificate(["x509.subject: O=Vendor"], roots.other)],
    vendor("O=Vendor"),
    "refused",
  ),
  one(
    "any one of several names",
    [certificate(["x509.subject: O=Other", "x509.subject: O=Vendor"])],
    vendor("O=Vendor"),
    "accepted",
  ),
  one(
    "parts of two names do not add up",
    [certificate(["x509.subject: O=Vendor, CN=a", "x509.subject: O=Other, CN=b"])],
    vendor("CN=b,O=Vendor"),
    "refused",
  ),
  one(
    "signed with a key",
    [certificate(["*"])],
    prod,
    "refused",
    /requires a certificate, but it was signed with a key/,
  ),
];

const STATIC: readonly Case[] = [
  one("pass is an exception", [pass], alice, "exception", /allows it by exception: until 2027-06/),
  one("pass for a model without a signature", [pass], "none", "exception"),
  one("pass for an invalid signature", [pass], "invalid", "exception"),
  one("pass for an unknown key", [pass], "unknown key", "exception"),
  { ...one("pass for files that were changed", [pass], alice, "exception"), files: { differences: "1 changed" } },
  one("an accepted signer takes precedence over an exception", [pass, isAlice], alice, "accepted"),
  one("an exception for any other signer", [isAlice, pass], prod, "exception"),
  one("fail rejects", [fail], alice, "refused", /team rejects every model that it covers: withdrawn/),
  {
    ...one("fail rejects a model that needs no signature", [fail], "none", "refused"),
    user: [{ authorities: [fail], requireSignature: false }],
  },
  one("fail next to another authority is only one that does not accept", [fail, isAlice], alice, "accepted"),
  one("fail and pass", [fail, pass], alice, "exception"),
];

const COMBINATIONS: readonly Case[] = [
  {
    title: "any one authority is enough, and the first that accepts is reported",
    user: [{ authorities: [isBob, byPattern("x"), isAlice, identity({ issuer: GOOGLE, subjectRegExp: ".*" })] }],
    signed: alice,
    outcome: "accepted",
    by: "a2",
  },
  {
    title: "a pattern before an exact identity is reported first",
    user: [{ authorities: [identity({ issuer: GOOGLE, subjectRegExp: ".*" }), isAlice] }],
    signed: alice,
    outcome: "accepted",
    by: "a0",
  },
  {
    title: "authorities of all kinds, a key signs",
    user: [{ authorities: [isAlice, certificate(["*"]), key(keys.prod)] }],
    signed: prod,
    outcome: "accepted",
    by: "a2",
  },
  {
    title: "two policies that accept",
    user: [{ authorities: [isAlice] }, { authorities: [isAlice, isBob] }],
    signed: alice,
    outcome: "accepted",
  },
  {
    title: "two policies, one accepts",
    user: [{ authorities: [isAlice] }, { name: "second", authorities: [isBob] }],
    signed: alice,
    outcome: "refused",
    says: /^second: no authority accepts the signer/,
  },
  {
    title: "a policy that covers other models does not apply",
    user: [{ authorities: [isAlice] }, { globs: ["other/**"], authorities: [isBob] }],
    signed: alice,
    outcome: "accepted",
  },
  {
    title: "policies of two files of the workspace",
    workspace: [{ authorities: [isAlice] }, { authorities: [isBob] }],
    signed: alice,
    outcome: "refused",
  },
  {
    title: "a signer and an exception",
    user: [{ authorities: [isAlice] }, { authorities: [pass] }],
    signed: alice,
    outcome: "accepted",
  },
  {
    title: "an exception does not apply to another policy",
    user: [{ authorities: [pass] }, { authorities: [isAlice] }],
    signed: prod,
    outcome: "refused",
  },
  {
    title: "two exceptions",
    user: [{ authorities: [pass] }, { authorities: [pass] }],
    signed: prod,
    outcome: "exception",
  },
  {
    title: "fail in one policy rejects what another accepts",
    user: [{ authorities: [isAlice] }, { authorities: [fail] }],
    signed: alice,
    outcome: "refused",
  },
];

const MODES: readonly Case[] = [
  { title: "warn, accepted", user: [{ mode: "warn", authorities: [isAlice] }], signed: alice, outcome: "accepted" },
  {
    title: "warn, not accepted",
    user: [{ mode: "warn", authorities: [isBob] }],
    signed: alice,
    outcome: "warned",
    says: /no authority accepts the signer/,
  },
  {
    title: "warn, no signature",
    user: [{ mode: "warn", authorities: [isBob] }],
    signed: "none",
    outcome: "warned",
    says: /a signature is required/,
  },
  {
    title: "warn, files changed",
    user: [{ mode: "warn", authorities: [isAlice] }],
    signed: alice,
    files: { differences: "1 changed" },
    outcome: "warned",
  },
  {
    title: "warn next to enforce, which accepts",
    user: [{ authorities: [isAlice] }, { mode: "warn", authorities: [isBob] }],
    signed: alice,
    outcome: "warned",
  },
  {
    title: "warn next to enforce, which rejects",
    user: [{ authorities: [isBob] }, { mode: "warn", authorities: [isAlice] }],
    signed: alice,
    outcome: "refused",
  },
  { title: "enforce is the default", user: [{ authorities: [isBob] }], signed: alice, outcome: "refused" },
  {
    title: "a signature is required by default",
    user: [{ authorities: [isAlice] }],
    signed: "none",
    outcome: "refused",
    says: /team: a signature is required, and there is none/,
  },
  {
    title: "no signature required, unsigned",
    user: [{ requireSignature: false, authorities: [isAlice] }],
    signed: "none",
    outcome: "unsigned",
  },
  {
    title: "no signature required, an accepted one",
    user: [{ requireSignature: false, authorities: [isAlice] }],
    signed: alice,
    outcome: "accepted",
  },
  {
    title: "no signature required, one by another signer",
    user: [{ requireSignature: false, authorities: [isAlice] }],
    signed: prod,
    outcome: "refused",
  },
  {
    title: "no signature required, an invalid one",
    user: [{ requireSignature: false, authorities: [isAlice] }],
    signed: "invalid",
    outcome: "refused",
    says: /the signature is not valid: It was altered/,
  },
  {
    title: "one policy requires a signature, another does not",
    user: [{ requireSignature: false, authorities: [isAlice] }, { authorities: [isAlice] }],
    signed: "none",
    outcome: "refused",
  },
  {
    title: "no signature required, or an exception",
    user: [{ requireSignature: false, authorities: [isAlice] }, { authorities: [pass] }],
    signed: "none",
    outcome: "exception",
  },
];

const WHO_MAY_SAY_YES: readonly Case[] = [
  { title: "a trusted workspace accepts", workspace: [{ authorities: [isAlice] }], signed: alice, outcome: "accepted" },
  {
    title: "a workspace that is not trusted does not",
    workspace: [{ authorities: [isAlice] }],
    trusted: false,
    signed: alice,
    outcome: "uncovered",
    says: /the workspace is not trusted: they can reject signers but cannot accept them/,
  },
  {
    title: "a workspace that is not trusted makes no exception",
    workspace: [{ authorities: [pass] }],
    trusted: false,
    signed: alice,
    outcome: "uncovered",
  },
  {
    title: "a workspace that is not trusted does not allow an unsigned model",
    workspace: [{ requireSignature: false, authorities: [isAlice] }],
    trusted: false,
    signed: "none",
    outcome: "uncovered",
  },
  {
    title: "a workspace that is not trusted rejects",
    workspace: [{ authorities: [isBob] }],
    trusted: false,
    signed: alice,
    outcome: "refused",
  },
  {
    title: "a workspace that is not trusted, and warns only",
    workspace: [{ mode: "warn", authorities: [isBob] }],
    trusted: false,
    signed: alice,
    outcome: "uncovered",
  },
  {
    title: "the user accepts, the untrusted workspace too",
    user: [{ authorities: [isAlice] }],
    workspace: [{ authorities: [isAlice] }],
    trusted: false,
    signed: alice,
    outcome: "accepted",
  },
  {
    title: "the user accepts, the untrusted workspace rejects",
    user: [{ authorities: [isAlice] }],
    workspace: [{ authorities: [isBob] }],
    trusted: false,
    signed: alice,
    outcome: "refused",
  },
  {
    title: "the user rejects, the workspace accepts",
    user: [{ authorities: [isBob] }],
    workspace: [{ authorities: [isAlice] }],
    signed: alice,
    outcome: "refused",
  },
  {
    title: "the user accepts, the workspace adds a requirement",
    user: [{ authorities: [isAlice] }],
    workspace: [{ authorities: [key(keys.prod)] }],
    signed: alice,
    outcome: "refused",
  },
  {
    title: "the user makes an exception, the untrusted workspace accepts the signer",
    user: [{ authorities: [pass] }],
    workspace: [{ authorities: [isAlice] }],
    trusted: false,
    signed: alice,
    outcome: "exception",
  },
  {
    title: "the user makes an exception, the trusted workspace accepts the signer",
    user: [{ authorities: [pass] }],
    workspace: [{ authorities: [isAlice] }],
    signed: alice,
    outcome: "accepted",
  },
  {
    title: "the user requires nothing, the workspace a signature",
    user: [{ requireSignature: false, authorities: [isAlice] }],
    workspace: [{ authorities: [isAlice] }],
    signed: "none",
    outcome: "refused",
  },
];

const verified = (
  title: string,
  verification: string | undefined,
  files: Partial<FileFacts>,
  outcome: Outcome,
  says?: RegExp,
): Case => ({
  title,
  user: [{ authorities: [isAlice], ...(verification !== undefined && { verification }) }],
  signed: alice,
  files,
  outcome,
  ...(says && { says }),
});

const FILES: readonly Case[] = [
  verified(
    "files that differ",
    undefined,
    { differences: "2 changed, 1 missing" },
    "refused",
    /the files do not match the signature: 2 changed, 1 missing/,
  ),
  verified(
    "files ignored by the signer: reported by default",
    undefined,
    { signerIgnored: ["weights.bin"] },
    "accepted",
    /the signer excluded weights\.bin/,
  ),
  verified(
    "files ignored by the signer: denied",
    "{ signerIgnoredPaths: deny }",
    { signerIgnored: ["weights.bin"] },
    "refused",
    /the signer excluded weights\.bin/,
  ),
  verified(
    "files ignored by the signer: allowed",
    "{ signerIgnoredPaths: allow }",
    { signerIgnored: ["weights.bin"] },
    "accepted",
  ),
  verified("nothing excluded, if that is denied", "{ signerIgnoredPaths: deny }", {}, "accepted"),
  verified(
    "symlinks followed: rejected by default",
    undefined,
    { symlinksAllowed: true },
    "refused",
    /the signer followed symbolic links/,
  ),
  verified("links followed: allowed", "{ allowSymlinks: true }", { symlinksAllowed: true }, "accepted"),
  verified("no link, where they are allowed", "{ allowSymlinks: true }", {}, "accepted"),
  verified(
    "symlinks of a Hugging Face cache, if they are denied",
    "{ hubCacheLinks: deny }",
    { hubLinks: ["config.json"] },
    "refused",
    /links of a Hugging Face cache were read through/,
  ),
  verified("links of a Hugging Face cache, by default", undefined, { hubLinks: ["config.json"] }, "accepted"),
  verified(
    "a pattern among the ignored paths",
    undefined,
    { ignorePatterns: ["*.log"] },
    "refused",
    /ignorePaths takes exact paths, and no file of the model is called \*\.log/,
  ),
  verified(
    "all errors are reported at once",
    "{ signerIgnoredPaths: deny }",
    { differences: "1 added", signerIgnored: ["x"], symlinksAllowed: true },
    "refused",
    /1 added.*symbolic links.*excluded x/s,
  ),
];

const GROUPS: Readonly<Record<string, readonly Case[]>> = {
  "which models a policy covers": COVERAGE,
  "exact identities": EXACT,
  "identities by pattern": PATTERNS,
  "workflows of GitHub": GITHUB_ACTIONS,
  keys: KEYS,
  certificates: CERTIFICATES,
  "exceptions and rejections": STATIC,
  "several authorities and policies": COMBINATIONS,
  "modes, and models without a signature": MODES,
  "who may accept": WHO_MAY_SAY_YES,
  "rules for files": FILES,
};

describe("decisions of policies", function () {
  this.timeout(30_000);
  for (const [group, cases] of Object.entries(GROUPS)) {
    describe(group, () => {
      for (const row of cases) it(`${row.title}: ${row.outcome}`, () => check(row));
    });
  }

  it("are at least 120", () => {
    assert.ok(Object.values(GROUPS).flat().length >= 120);
  });
});

async function check({ user = [], workspace = [], outcome, says, by, ...situation }: Case): Promise<void> {
  const read = async (list: readonly PolicyParts[]) => (await Promise.all(list.map((parts) => policyOf(parts)))).flat();
  const decision = decide({ ...situation, user: await read(user), workspace: await read(workspace) });
  assert.equal(decision.outcome, outcome, JSON.stringify(decision, null, 2));
  assert.equal(decision.reasons.length === 0, outcome === "accepted" || outcome === "unsigned");
  if (says !== undefined) assert.match(saidIn(decision), says);
  const accepting = decision.policies.flatMap(({ authorities }) => authorities).filter(({ accepted }) => accepted);
  if (by !== undefined)
    assert.deepEqual(
      accepting.map(({ authority }) => authority.name),
      [by],
    );
  for (const { policy } of decision.policies) assert.deepEqual([policy.line, policy.column], [3, 19]);
}

function saidIn({ reasons, policies }: Awaited<ReturnType<typeof decide>>): string {
  const warnings = policies.flatMap((policy) => policy.warnings.map(({ message }) => message));
  const authorities = policies.flatMap((policy) => policy.authorities.map(({ message }) => message));
  return [...reasons.map(({ message }) => message), ...warnings, ...authorities].join("\n");
}
