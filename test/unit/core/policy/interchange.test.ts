import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { exportClusterImagePolicies } from "../../../../src/core/policy/interchange/cluster-image-policy.ts";
import { type UnsupportedField, writePolicies } from "../../../../src/core/policy/interchange/draft.ts";
import { authoritiesOfFlags, exportFlags } from "../../../../src/core/policy/interchange/flags.ts";
import { importPolicies } from "../../../../src/core/policy/interchange/import-policies.ts";
import { exportModelValidations } from "../../../../src/core/policy/interchange/model-validation.ts";
import { readPolicies } from "../../../../src/core/policy/read-policies.ts";
import { makeCertificate } from "../../../support/certificates.ts";
import { makeKeys } from "../../../support/keys.ts";
import { decide, keylessSignature, policiesOf, policyOf } from "../../../support/policies.ts";

const GOOGLE = "https://accounts.google.com";
const PEM = makeKeys().publicPem;
const ROOT = makeCertificate({ subject: "Vendor", ca: true }).pem;
const indented = (text: string, by: number) =>
  text
    .trim()
    .split("\n")
    .map((line) => " ".repeat(by) + line)
    .join("\n");

/** A ClusterImagePolicy with these authorities, as YAML at the right depth. */
const imagePolicy = (authorities: string, more = "") => `apiVersion: policy.sigstore.dev/v1beta1
kind: ClusterImagePolicy
metadata: { name: release }
spec:
  images: [{ glob: "ghcr.io/acme/**" }]
${more}  authorities:
${indented(authorities, 4)}
`;

async function imported(text: string) {
  const { drafts, unsupported, diagnostics } = importPolicies(Buffer.from(text), ["models/**"]);
  assert.deepEqual(diagnostics, []);
  const written = writePolicies(drafts);
  return {
    policies: await policiesOf(written),
    reported: unsupported.map(({ what, why }) => `${what}: ${why}`).join("\n"),
    written,
  };
}

describe("policies of other formats", () => {
  it("include a ClusterImagePolicy: identities, keys, exceptions and mode", async () => {
    const text = imagePolicy(
      `- name: alice
  keyless: { url: https://fulcio.sigstore.dev, identities: [{ issuer: ${GOOGLE}, subject: alice@example.com }, { issuerRegExp: "^https://x$", subjectRegExp: ".*" }] }
  ctlog: { url: https://rekor.sigstore.dev }
- name: key
  key:
    data: |
${indented(PEM, 6)}
- static: { action: fail, message: no }`,
      "  mode: warn\n",
    );
    const { policies, reported } = await imported(text);
    const [policy] = policies;
    assert.equal(policy?.name, "release");
    assert.equal(policy.mode, "warn");
    assert.deepEqual(
      policy.models.map(({ pattern }) => pattern),
      ["models/**"],
    );
    assert.deepEqual(
      policy.authorities.map(({ name, kind }) => [name, kind]),
      [
        ["alice", "keyless"],
        ["key", "key"],
        ["authority-2", "static"],
      ],
    );
    assert.equal(decide({ user: policies, signed: keylessSignature("alice@example.com", GOOGLE) }).outcome, "accepted");
    assert.match(reported, /^spec\.images\[0\]\.glob: it names images/);
    assert.equal(reported.split("\n").length, 1);
  });

  /** An authority with a condition that policies here cannot express, and what is reported; it accepts no signer. */
  const LOST: readonly (readonly [title: string, authority: string, says: RegExp])[] = [
    [
      "attestations",
      "- keyless: { identities: [{ issuer: i, subject: s }] }\n  attestations: [{ name: a, predicateType: p }]",
      /authorities\[0\]\.attestations: .*omitted/,
    ],
    [
      "an instance of one's own",
      "- keyless: { url: https://fulcio.example.com, identities: [{ issuer: i, subject: s }] }",
      /keyless\.url: .*trustConfig/,
    ],
    [
      "a trust root of the cluster",
      "- keyless: { trustRootRef: x, identities: [{ issuer: i, subject: s }] }",
      /keyless\.trustRootRef: .*trustConfig/,
    ],
    [
      "a CA of one's own",
      "- keyless: { ca-cert: { data: x }, identities: [{ issuer: i, subject: s }] }",
      /keyless\.ca-cert/,
    ],
    [
      "a log of one's own",
      "- keyless: { identities: [{ issuer: i, subject: s }] }\n  ctlog: { url: https://rekor.example.com }",
      /ctlog\.url: .*omitted/,
    ],
    [
      "a timestamp authority",
      "- keyless: { identities: [{ issuer: i, subject: s }] }\n  rfc3161timestamp: { trustRootRef: x }",
      /rfc3161timestamp/,
    ],
    ["a key in a secret", "- key: { secretRef: { name: x } }", /key\.secretRef: a key must be given as data/],
    ["a key in a KMS", "- key: { kms: awskms:///x }", /key\.kms/],
    [
      "a field that is not known",
      "- keyless: { identities: [{ issuer: i, subject: s }] }\n  future: { x: 1 }",
      /authorities\[0\]\.future: it is not known here/,
    ],
    [
      "an identity without an issuer",
      "- keyless: { identities: [{ subject: s }] }",
      /identities\[0\]: it needs one issuer and one subject/,
    ],
    [
      "an identity with a field that is not known",
      "- keyless: { identities: [{ issuer: i, subject: s, claims: x }] }",
      /identities\[0\]\.claims/,
    ],
    ["something that is no authority", "- 7", /authorities\[0\]: it is not a mapping/],
  ];
  for (const [title, authority, says] of LOST) {
    it(`include a ClusterImagePolicy with ${title}, which is reported and accepts no signer`, async () => {
      const { policies, reported } = await imported(imagePolicy(authority));
      assert.match(reported, says);
      assert.deepEqual(
        policies[0]?.authorities.map(({ kind }) => kind),
        ["static"],
      );
      assert.equal(decide({ user: policies, signed: keylessSignature("s", "i") }).outcome, "refused");
    });
  }

  it("include a ClusterImagePolicy with a condition in CUE, without its authorities", async () => {
    const more = "  policy: { type: cue, data: x }\n  match: [{ resource: pods }]\n";
    const { policies, reported } = await imported(
      imagePolicy("- keyless: { identities: [{ issuer: i, subject: s }] }", more),
    );
    assert.match(reported, /spec\.policy: conditions in CUE or Rego are not evaluated/);
    assert.match(reported, /spec\.match/);
    assert.equal(decide({ user: policies, signed: keylessSignature("s", "i") }).outcome, "refused");
  });

  it("include a ModelValidation with an identity", async () => {
    const { policies, reported } = await imported(`apiVersion: ml.sigstore.dev/v1alpha1
kind: ModelValidation
metadata: { name: demo, labels: { a: b } }
spec:
  model: { path: /data/llama, signaturePath: /data/llama/sig/model.sig }
  config: { sigstoreConfig: { certificateIdentity: alice@example.com, certificateOidcIssuer: ${GOOGLE} } }
`);
    assert.equal(policies[0]?.verification.signaturePath, "sig/model.sig");
    assert.equal(decide({ user: policies, signed: keylessSignature("alice@example.com", GOOGLE) }).outcome, "accepted");
    assert.match(reported, /metadata\.labels/);
    assert.match(reported, /spec\.model\.path: "\/data\/llama" is a path in a container/);
  });

  it("include a ModelValidation with a key or a CA in the container", async () => {
    const text = `kind: ModelValidation
metadata: { name: demo }
spec:
  model: { path: /data, signaturePath: /elsewhere/model.sig }
  config: { privateKeyConfig: { keyPath: /root/pub.key }, pkiConfig: { certificateAuthority: /root/ca.crt }, other: 1 }
`;
    const { drafts, unsupported } = importPolicies(Buffer.from(text), ["**"]);
    assert.deepEqual(drafts[0]?.authorities, [
      { name: "key", key: { path: "pub.key" } },
      { name: "pki", certificate: { caCert: { path: "ca.crt" }, trustedIdentities: ["*"] } },
    ]);
    const reported = unsupported.map(({ what }) => what);
    for (const what of [
      "spec.model.signaturePath",
      "spec.config.privateKeyConfig.keyPath",
      "spec.config.pkiConfig.certificateAuthority",
      "spec.config.other",
    ]) {
      assert.ok(reported.includes(what), what);
    }
  });

  it("do not include documents of other kinds, which are reported", () => {
    const { drafts, unsupported } = importPolicies(Buffer.from("kind: Pod\n---\nx: 1\n"), ["**"]);
    assert.deepEqual(drafts, []);
    assert.deepEqual(
      unsupported.map(({ what }) => what),
      ["document 1: kind", "document 2: kind"],
    );
  });

  it("do not include text that is not YAML", () => {
    assert.equal(importPolicies(Buffer.from("a: ]"), ["**"]).diagnostics[0]?.code, "syntax");
  });

  it("flags", async () => {
    const authorities = authoritiesOfFlags({
      identity: "alice@example.com",
      identityProvider: GOOGLE,
      publicKey: PEM,
      certificates: [ROOT],
      identitySubject: "CN=Vendor,O=Acme",
    });
    const policies = await policiesOf(
      writePolicies([{ name: "flags", models: ["**"], authorities, comments: ["one\ntwo"] }]),
    );
    assert.deepEqual(
      policies[0]?.authorities.map(({ kind }) => kind),
      ["keyless", "key", "certificate"],
    );
    assert.deepEqual(authoritiesOfFlags({}), []);
    const [named] = authoritiesOfFlags({ certificates: [ROOT], identitySubject: "alice@example.com" });
    assert.deepEqual(named?.certificate?.trustedIdentities, ["x509.san: email:alice@example.com"]);
  });

  describe("are exported as", () => {
    const AUTHORITIES = [
      `keyless: { identities: [{ issuer: ${GOOGLE}, subject: alice@example.com }] }`,
      `keyless: { identities: [{ issuer: ${GOOGLE}, subjectRegExp: "^a$" }] }`,
      `key: { data: ${JSON.stringify(PEM)} }`,
      `certificate: { caCert: { data: ${JSON.stringify(ROOT)} }, trustedIdentities: ["x509.subject: CN=a", "x509.san: b'c"] }`,
      "static: { action: pass, message: later }",
    ];
    const policies = () =>
      policyOf({
        globs: ["models/llama", "models/*"],
        mode: "warn",
        requireSignature: false,
        authorities: AUTHORITIES,
        verification: "{ signaturePath: x.sig, ignorePaths: [README.md], ignoreUnsignedFiles: true }",
      });
    const fields = (list: readonly UnsupportedField[]) => list.map(({ what }) => what);

    it("a ClusterImagePolicy, which means the same when it is imported again", async () => {
      const unsupported: UnsupportedField[] = [];
      const text = exportClusterImagePolicies(await policies(), unsupported);
      assert.deepEqual(fields(unsupported), [
        "team: models: models/llama",
        "team: models: models/*",
        "team: requireSignature",
        "team: verification.signaturePath",
        "team: verification.ignorePaths",
        "team: verification.ignoreUnsignedFiles",
        "team: authority a3",
      ]);
      const again = await imported(text);
      assert.deepEqual(
        again.policies[0]?.authorities.map(({ name, kind }) => `${name} ${kind}`),
        ["a0 keyless", "a1 keyless", "a2 key", "a4 static"],
      );
    });

    it("ModelValidations, one for each authority that has one", async () => {
      const unsupported: UnsupportedField[] = [];
      const text = exportModelValidations(await policies(), unsupported);
      assert.equal(text.split("kind: ModelValidation").length, 3);
      assert.match(text, /certificateIdentity: alice@example\.com/);
      assert.match(text, /path: models\/llama\n\s*signaturePath: models\/llama\/x\.sig/);
      for (const what of [
        "team: authorities",
        "team: mode",
        "team: authority a1",
        "team: authority a3",
        "team: authority a4",
        "team: models: models/*",
      ]) {
        assert.ok(fields(unsupported).includes(what), what);
      }
    });

    it("flags for a shell", async () => {
      const unsupported: UnsupportedField[] = [];
      const lines = exportFlags(await policies(), unsupported);
      const rest = "--signature MODEL/x.sig --ignore-paths MODEL/README.md --ignore-unsigned-files";
      assert.deepEqual(lines, [
        `verify sigstore MODEL --identity alice@example.com --identity-provider ${GOOGLE} ${rest}`,
        `verify key MODEL --public-key a2 ${rest}`,
        `verify certificate MODEL --certificate-chain a3 --identity-subject subject:CN=a ${rest}`,
        `verify certificate MODEL --certificate-chain a3 --identity-subject 'dns:b'\\''c' ${rest}`,
      ]);
      for (const what of ["team: authority a1", "team: authority a4", "team: mode", "team: requireSignature"])
        assert.ok(fields(unsupported).includes(what), what);
    });
  });

  it("are read back as they were written, with any content", async () => {
    for (const text of [
      "a: b",
      "# x",
      "*",
      "&a",
      "- x",
      "'\"",
      "yes",
      "null",
      "1e3",
      "\u2028",
      "x\ny",
      "!!js",
      " a ",
      "\u{1f600}",
    ]) {
      const written = writePolicies([
        { name: text, models: ["**"], authorities: [{ static: { action: "pass", message: text } }], comments: [text] },
      ]);
      const { policies, diagnostics } = await readPolicies(Buffer.from(written), "p.yaml", tmpdir());
      assert.deepEqual(
        diagnostics.filter(({ severity }) => severity === "error"),
        [],
        written,
      );
      assert.equal(policies[0]?.name, text);
    }
  });
});
