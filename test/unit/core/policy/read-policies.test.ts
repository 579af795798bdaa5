import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import type { DiagnosticCode } from "../../../../src/core/policy/diagnostics.ts";
import { folderOf } from "../../../../src/core/policy/policy-files.ts";
import { type PolicyFile, readPolicies, readPolicyFile } from "../../../../src/core/policy/read-policies.ts";
import { MAX_POLICY_BYTES } from "../../../../src/core/policy/workspace-files.ts";
import { makeCertificate } from "../../../support/certificates.ts";
import { makeKeys } from "../../../support/keys.ts";
import { asOrdinaryUser } from "../../../support/ordinary-user.ts";
import { policyText } from "../../../support/policies.ts";
import { useTemporaryFolder, writeTree } from "../../../support/temporary-folder.ts";

const KEYS = makeKeys();
const HEAD = "apiVersion: model-provenance/v1\nkind: ModelPolicy\nmetadata: { name: team }\n";
const STATIC = "static: { action: pass, message: x }";
const linux = process.platform !== "win32";

describe("reading policy files", function () {
  this.timeout(30_000);
  const folder = useTemporaryFolder();
  const read = (text: string | Uint8Array): Promise<PolicyFile> =>
    readPolicies(Buffer.from(text), join(folder(), "model-policy.yaml"));

  /** `line:column code message` of each diagnostic. */
  const problems = ({ diagnostics }: PolicyFile): string[] =>
    diagnostics.map(({ line, column, code, message }) => `${line}:${column} ${code} ${message}`);

  /** Reads a text that has one error, with this code, at this place, and with these words. */
  const fails = async (
    text: string | Uint8Array,
    code: DiagnosticCode,
    place: string,
    words: RegExp,
  ): Promise<void> => {
    const file = await read(text);
    const errors = file.diagnostics.filter(({ severity }) => severity === "error");
    assert.deepEqual(
      errors.map((error) => `${error.code} ${error.line}:${error.column}`),
      [`${code} ${place}`],
      problems(file).join("\n"),
    );
    assert.match(errors[0]?.message ?? "", words);
  };

  /** The text from a line and column to where the diagnostic ends. */
  const marked = (text: string, { diagnostics }: PolicyFile): string => {
    const [{ line, column, endLine, endColumn } = { line: 0, column: 0, endLine: 0, endColumn: 0 }] = diagnostics;
    assert.equal(line, endLine);
    return (text.split("\n")[line - 1] ?? "").slice(column - 1, endColumn - 1);
  };

  it("reads several documents, with the position of each part", async () => {
    const text = `# ours\n---\n${policyText({ authorities: [STATIC] })}---\n---\n${policyText({ name: "second", authorities: [STATIC, STATIC] })}`;
    const { policies, diagnostics, sha256 } = await read(text);
    assert.deepEqual(diagnostics, []);
    assert.deepEqual(
      policies.map(({ name, location }) => [name, location.line]),
      [
        ["team", 5],
        ["second", 16],
      ],
    );
    assert.deepEqual(
      policies[1]?.authorities.map(({ location }) => [location.line, location.column]),
      [
        [21, 7],
        [23, 7],
      ],
    );
    assert.match(sha256, /^[0-9a-f]{64}$/);
  });

  it("reads JSON, with tabs and line ends of Windows", async () => {
    const document = {
      apiVersion: "model-provenance/v1",
      kind: "ModelPolicy",
      metadata: { name: "team \u{1f600}" },
      spec: { models: [{ glob: "**" }], authorities: [{ static: { action: "pass", message: "x" } }] },
    };
    const text = `\ufeff${JSON.stringify(document, null, "\t").replaceAll("\n", "\r\n")}\r\n`;
    const { policies, diagnostics } = await read(text);
    assert.deepEqual(diagnostics, []);
    assert.equal(policies[0]?.name, "team \u{1f600}");
    assert.equal(policies[0]?.authorities[0]?.name, "authority-0");
  });

  it("follows an alias", async () => {
    const text = `${HEAD}spec:\n  models: [{ glob: "**" }]\n  authorities:\n    - name: a\n      keyless: &who { identities: [{ issuer: i, subject: s }] }\n    - name: b\n      keyless: *who\n`;
    const { policies, diagnostics } = await read(text);
    assert.deepEqual(diagnostics, []);
    assert.equal(policies[0]?.authorities.length, 2);
  });

  describe("reports a file that is no policy:", () => {
    it("not YAML", () => fails("a: 1\nb: }", "syntax", "2:4", /^Not valid YAML: /));
    it("an unclosed quote", async () => {
      const { diagnostics } = await read(`${HEAD}spec: "x\n`);
      assert.equal(diagnostics[0]?.code, "syntax");
    });
    it("a field twice", () => fails(`${HEAD}kind: ModelPolicy\n`, "syntax", "4:1", /keys must be unique/));
    it("a field twice in another spelling", async () => {
      await fails(`${HEAD}"k\\u0069nd": ModelPolicy\n`, "syntax", "4:1", /keys must be unique/);
      await fails('{"kind": "a",\n"k\\u0069nd": "b"}', "syntax", "2:1", /keys must be unique/);
      await fails('metadata: { annotations: { 1: a,\n  "1": b } }', "syntax", "2:3", /keys must be unique/);
      await fails('metadata: { labels: { __proto__: a,\n  "__proto__": b } }', "syntax", "2:3", /keys must be unique/);
    });
    it("a field's name that is an alias or a collection", async () => {
      await fails(`${HEAD}x: &kind kind\n*kind : Other\n`, "syntax", "5:1", /name of a field must be text/);
      await fails(`${HEAD}? [kind]\n: Other\n`, "syntax", "4:3", /name of a field must be text/);
    });
    it("a tag of its own", () => fails(`${HEAD}spec: !!js/function x\n`, "syntax", "4:7", /tag/));
    it("not UTF-8", () => fails(Buffer.from([0x61, 0xff]), "not-utf8", "1:1", /not UTF-8/));
    it("nothing", () => fails("", "empty", "1:1", /no policy in this file/));
    it("comments only", () => fails("# later\n---\n", "empty", "1:1", /no policy in this file/));
    it("text", () => fails("hello", "wrong-type", "1:1", /The policy must be a mapping, not "hello"/));
    it("a list", () => fails("- 1", "wrong-type", "1:3", /The policy must be a mapping, not a list/));
    it("10 MB", async () => {
      const path = join(folder(), "model-policy.yaml");
      writeFileSync(path, "#".repeat(10_000_000));
      const file = await readPolicyFile(path);
      assert.deepEqual(problems(file), [
        `1:1 too-large The file has 10000000 bytes; a policy file may have ${MAX_POLICY_BYTES}.`,
      ]);
    });
    it("an alias bomb", () => {
      const lines = ["a0: &a0 [x, x]"];
      for (let level = 1; level < 40; level++) lines.push(`a${level}: &a${level} [*a${level - 1}, *a${level - 1}]`);
      return fails(lines.join("\n"), "too-many-aliases", "1:1", /aliases stand for more than 100 values/);
    });
    for (const [what, text] of [
      ["brackets", "[".repeat(100_000)],
      ["braces", "{a: ".repeat(100_000)],
      ["items", "- ".repeat(100_000)],
      ["closed brackets", `${"[".repeat(9000)}${"]".repeat(9000)}`],
    ] as const) {
      it(`${what} that nest too deep`, () => fails(text, "too-deep", "1:1", /nests more than 64 levels deep/));
    }
    it("a text that nests by its indentation", async () => {
      const lines = Array.from({ length: 1500 }, (_, depth) => `${" ".repeat(depth)}a:`);
      const { policies, diagnostics } = await read(lines.join("\n"));
      assert.deepEqual(policies, []);
      assert.ok(diagnostics.length > 0);
    });
    it("but not brackets in a text", async () => {
      const { diagnostics } = await read(
        policyText({ authorities: [`static: { action: pass, message: "${"[{".repeat(100)}" }`] }),
      );
      assert.deepEqual(diagnostics, []);
    });
    it("a missing file", async () => {
      assert.deepEqual(problems(await readPolicyFile(join(folder(), "none.yaml"))), [
        "1:1 unreadable none.yaml cannot be read: there is no such file.",
      ]);
    });
    it("a folder", async () => {
      assert.match(
        problems(await readPolicyFile(folder()))[0] ?? "",
        /^1:1 unreadable .* cannot be read: it is (not a file|a folder)\.$/,
      );
    });
    it("a file that may not be read", async function () {
      if (!linux) this.skip();
      const path = join(folder(), "model-policy.yaml");
      writeFileSync(path, "x");
      await asOrdinaryUser(folder(), { [path]: 0 }, async () => {
        assert.match(problems(await readPolicyFile(path))[0] ?? "", /unreadable .*EACCES/);
      });
    });
  });

  describe("reports an error in a document:", () => {
    const spec = (lines: string): string => `${HEAD}spec:\n${lines}`;
    const minimal = `  models: [{ glob: "**" }]\n  authorities: [{ ${STATIC} }]\n`;

    it("another kind", () =>
      fails(
        `apiVersion: model-provenance/v1\nkind: ClusterImagePolicy\nmetadata: { name: x }\n${"spec:\n"}${minimal}`,
        "wrong-kind",
        "2:7",
        /kind must be ModelPolicy, not "ClusterImagePolicy"\.$/,
      ));
    it("another version", () =>
      fails(
        `apiVersion: policy.sigstore.dev/v1beta1\nkind: ModelPolicy\nmetadata: { name: x }\nspec:\n${minimal}`,
        "wrong-kind",
        "1:13",
        /apiVersion must be model-provenance\/v1/,
      ));
    it("no authorities", () =>
      fails(spec('  models: [{ glob: "**" }]\n'), "missing-field", "4:1", /spec needs authorities/));
    it("an empty list of authorities", () =>
      fails(spec('  models: [{ glob: "**" }]\n  authorities: []\n'), "too-few", "6:3", /spec\.authorities is empty/));
    it("a misspelled field", async () => {
      const text = spec(`${minimal}  requireSignatures: true\n`);
      await fails(
        text,
        "unknown-field",
        "7:3",
        /spec has no field "requireSignatures"\. There are mode, models, requireSignature, /,
      );
      assert.equal(marked(text, await read(text)), "requireSignatures");
    });
    it("a field that resembles no other", () =>
      fails(
        spec(`${minimal}  colour: red\n`),
        "unknown-field",
        "7:3",
        /There are mode, models, requireSignature, unsignedFiles, authorities and verification\./,
      ));
    it("a field with the name of a JavaScript built-in", () =>
      fails(
        spec(`${minimal}  __proto__: {}\n  constructor: {}\n`).replace("  constructor: {}\n", ""),
        "unknown-field",
        "7:3",
        /__proto__/,
      ));
    it("a number for a name", () =>
      fails(
        `${HEAD.replace("team", "7")}spec:\n${minimal}`,
        "wrong-type",
        "3:19",
        /must be text, not the number 7 \(quote it/,
      ));
    it("an unknown mode", () =>
      fails(
        spec(`  mode: warning\n${minimal}`),
        "wrong-value",
        "5:9",
        /spec\.mode must be enforce or warn, not "warning"/,
      ));
    it("true as text", () =>
      fails(spec(`  requireSignature: "true"\n${minimal}`), "wrong-type", "5:21", /must be true or false, not "true"/));
    it("nothing after a colon", () => fails(spec(`  mode:\n${minimal}`), "wrong-value", "5:3", /, not nothing/));

    const authority = (text: string): string =>
      spec(`  models: [{ glob: "**" }]\n  authorities:\n    - name: a\n      ${text}\n`);
    it("two forms of an authority", () =>
      fails(authority(`${STATIC}\n      key: { path: x }`), "one-of", "9:7", /has static and key|has key and static/));
    it("no form of an authority", () =>
      fails(
        spec('  models: [{ glob: "**" }]\n  authorities:\n    - name: a\n'),
        "one-of",
        "7:7",
        /needs one of key, keyless, githubActions, certificate, digest or static/,
      ));
    it("two forms of a subject", () =>
      fails(
        authority("keyless: { identities: [{ issuer: i, subject: s, subjectRegExp: ^s$ }] }"),
        "one-of",
        "8:56",
        /takes exactly one of subject or subjectRegExp/,
      ));
    it("no subject", () =>
      fails(
        authority("keyless: { identities: [{ issuer: i }] }"),
        "one-of",
        "8:33",
        /needs one of subject or subjectRegExp/,
      ));
    it("no issuer", () =>
      fails(
        authority("keyless: { identities: [{ subject: s }] }"),
        "one-of",
        "8:33",
        /needs one of issuer or issuerRegExp/,
      ));
    it("an empty subject", () =>
      fails(
        authority('keyless: { identities: [{ issuer: i, subject: "" }] }'),
        "wrong-value",
        "8:53",
        /subject is empty/,
      ));
    it("no identities", () =>
      fails(authority("keyless: { identities: [] }"), "too-few", "8:18", /identities is empty/));
    it("path and data of a key", () =>
      fails(authority("key: { path: x, data: y }"), "one-of", "8:23", /takes exactly one of path or data/));
    it("a short ref", () =>
      fails(
        authority("githubActions: { repository: a/b, workflow: r.yml, ref: main }"),
        "wrong-value",
        "8:63",
        /The branch or tag in full: refs\/heads\/main/,
      ));
    it("a workflow with its folder", () =>
      fails(
        authority("githubActions: { repository: a/b, workflow: .github/workflows/r.yml, ref: refs/heads/main }"),
        "wrong-value",
        "8:51",
        /The file in \.github\/workflows/,
      ));
    it("an invalid expression", () =>
      fails(
        authority('keyless: { identities: [{ issuer: i, subjectRegExp: "a(" }] }'),
        "regexp",
        "8:59",
        /RE2's syntax: missing closing \)/,
      ));
    it("expressions that are too large together, though each is not", async () => {
      const large = 'keyless: { identities: [{ issuer: i, subjectRegExp: "^(?:ab?){600}$" }] }';
      const { diagnostics } = await read(policyText({ authorities: Array.from({ length: 4000 }, () => large) }));
      const codes = new Set(diagnostics.map(({ code }) => code));
      assert.deepEqual([...codes], ["regexp-too-large"]);
      assert.match(diagnostics[0]?.message ?? "", /too large together/);
    });
    it("an expression that is too large", () =>
      fails(
        authority(`keyless: { identities: [{ issuer: i, subjectRegExp: "${"(?:a?){1000}".repeat(9)}" }] }`),
        "regexp-too-large",
        "8:59",
        /too large/,
      ));
    it("a name that is no distinguished name", () => {
      const root = JSON.stringify(makeCertificate({ subject: "R", ca: true }).pem);
      const before = `certificate: { caCert: { data: ${root} }, trustedIdentities: [`;
      const text = authority(`${before}"x509.subject: Vendor"] }`);
      return fails(text, "identity", `8:${6 + before.length + 1}`, /is not the name of a certificate/);
    });
    it("a distinguished name as an alternative name", () => {
      const root = JSON.stringify(makeCertificate({ subject: "R", ca: true }).pem);
      const before = `certificate: { caCert: { data: ${root} }, trustedIdentities: [`;
      const text = authority(`${before}"x509.san: CN=Alice"] }`);
      return fails(text, "identity", `8:${6 + before.length + 1}`, /is not an alternative name: use email:…/);
    });
    it("an identity of a certificate without its kind", () =>
      fails(
        authority('certificate: { caCert: { path: x }, trustedIdentities: ["O=Vendor"] }'),
        "wrong-value",
        "8:63",
        /Who may sign: .x509\.subject: O=Vendor/,
      ));
    for (const [glob, words] of [
      ["../x", /cannot leave/],
      ["/x", /absolute/],
      ["a\\\\b", /backslash/],
      ["a/", /no path does/],
    ] as const) {
      it(`the pattern ${glob}`, () =>
        fails(spec(`  models: [{ glob: "${glob}" }]\n  authorities: [{ ${STATIC} }]\n`), "glob", "5:20", words));
    }
    it("invalid paths to ignore", () =>
      fails(spec(`${minimal}  verification: { ignorePaths: [ok, "../x"] }\n`), "path", "7:37", /\(parent\)/));
    it("a signature outside", () =>
      fails(spec(`${minimal}  verification: { signaturePath: "/etc/x" }\n`), "path-outside", "7:34", /absolute/));

    it("everything at once, from top to bottom, and the valid documents", async () => {
      const file = await read(
        `${spec("  modes: x\n")}---\n${spec(minimal)}---\n${spec('  models: [{ glob: "/" }]\n  authorities: [{ key: { path: none } }]\n')}`,
      );
      assert.deepEqual(
        file.diagnostics.map(({ line, code }) => `${line} ${code}`),
        ["4 missing-field", "4 missing-field", "5 unknown-field", "18 glob", "19 file-missing"],
      );
      assert.equal(file.policies.length, 1);
    });
  });

  describe("reads what a policy names:", () => {
    const authority = (text: string): string => policyText({ authorities: [text] });
    const place = "9:20";

    beforeEach(() => {
      writeTree(folder(), {
        "keys/prod.pub": KEYS.publicPem,
        "keys/rsa.pub": makeKeys("RSA").publicPem,
        "keys/prod.key": KEYS.privatePem,
        "root.pem": makeCertificate({ subject: "R", ca: true }).pem,
        "not.pem": "hello",
        "trust.json": "{}",
      });
    });

    it("a key in a file, or as data", async () => {
      const file = await read(
        policyText({
          authorities: ["key: { path: keys/prod.pub }", `key: { data: ${JSON.stringify(KEYS.publicPem)} }`],
        }),
      );
      assert.deepEqual(file.diagnostics, []);
      const [first, second] = file.policies[0]?.authorities ?? [];
      assert.ok(first?.kind === "key" && second?.kind === "key");
      assert.equal(first.fingerprint, second.fingerprint);
      assert.deepEqual([first.key.label, second.key.label], ["prod.pub", "a1"]);
    });
    it("from a policy in the folder .sigstore, relative to the folder around it", async () => {
      writeTree(folder(), { ".sigstore/model-policy.yaml": authority("key: { path: keys/prod.pub }") });
      const file = await readPolicyFile(join(folder(), ".sigstore", "model-policy.yaml"));
      assert.deepEqual(file.diagnostics, []);
      assert.equal(file.folder, folder());
      assert.equal(folderOf(join(folder(), "x.yaml")), folder());
    });
    it("no missing file", () =>
      fails(
        authority("key: { path: keys/none.pub }"),
        "file-missing",
        place,
        /There is no file keys\/none\.pub in the workspace folder/,
      ));
    it("no folder", () =>
      fails(authority("key: { path: keys }"), "file-unreadable", place, /keys (is not a file|cannot be read)/));
    it("no path outside", () =>
      fails(authority("key: { path: ../prod.pub }"), "path-outside", place, /leads out of the workspace folder/));
    it("no path outside by a detour", () =>
      fails(authority("key: { path: keys/../../x/prod.pub }"), "path-outside", place, /leads out/));
    it("no absolute path", () => fails(authority("key: { path: /etc/passwd }"), "path-outside", place, /absolute/));
    it("no path with a drive", () => fails(authority('key: { path: "C:/x" }'), "path-outside", place, /absolute/));
    it("no path with backslashes", () => fails(authority("key: { path: keys\\prod.pub }"), "path", place, /backslash/));
    it("no link that leads out", async function () {
      if (!linux) this.skip();
      mkdirSync(join(folder(), "ws"));
      symlinkSync("../keys", join(folder(), "ws", "keys"));
      const file = await readPolicies(
        Buffer.from(authority("key: { path: keys/prod.pub }")),
        join(folder(), "ws", "p.yaml"),
      );
      assert.match(problems(file)[0] ?? "", /^9:20 path-outside .*leads out of the workspace folder/);
    });
    it("a link that stays inside", async function () {
      if (!linux) this.skip();
      symlinkSync("keys", join(folder(), "more"));
      assert.deepEqual((await read(authority("key: { path: more/prod.pub }"))).diagnostics, []);
    });
    it("no RSA key", () =>
      fails(
        authority("key: { path: keys/rsa.pub }"),
        "key",
        place,
        /rsa\.pub is an RSA key; model signatures need an EC key/,
      ));
    it("no private key", () => fails(authority("key: { path: keys/prod.key }"), "key", place, /is a private key/));
    it("no certificate for a key", () =>
      fails(authority("key: { path: root.pem }"), "key", place, /is a certificate, not a public key/));
    it("no two keys in one text", async () => {
      const data = JSON.stringify(`${KEYS.publicPem}${makeKeys().publicPem}`);
      await fails(authority(`key: { data: ${data} }`), "key", place, /a0 contains 2 PEM blocks/);
    });
    it("no other text for a key", () => fails(authority("key: { path: not.pem }"), "key", place, /not\.pem/));
    it("no other text as data", () => fails(authority("key: { data: hello }"), "key", place, /a0/));
    it("no other text for a root", () =>
      fails(
        authority('certificate: { caCert: { path: not.pem }, trustedIdentities: ["x509.subject: CN=a"] }'),
        "certificate",
        "9:38",
        /contains no certificate/,
      ));
    it("no other text for a trust configuration", () =>
      fails(
        authority("keyless: { identities: [{ issuer: i, subject: s }], trustConfig: trust.json }"),
        "trust-config",
        "9:72",
        /not a trust configuration/,
      ));
    it("no missing trust configuration", () =>
      fails(
        authority("keyless: { identities: [{ issuer: i, subject: s }], trustConfig: none.json }"),
        "file-missing",
        "9:72",
        /none\.json/,
      ));
  });

  it("lists the files that it names, including missing ones, which have to be watched", async () => {
    const text = policyText({
      authorities: [
        "key: { path: keys/prod.pub }",
        "keyless: { identities: [{ issuer: i, subject: s }], trustConfig: trust/none.json }",
      ],
    });
    const { named } = await read(text);
    const ends = named.map((path) => path.replaceAll("\\", "/").split("/").slice(-2).join("/"));
    assert.deepEqual([...new Set(ends)], ["keys/prod.pub", "trust/none.json"]);
    assert.ok(named.every(isAbsolute));
  });

  describe("warns", () => {
    const warns = async (text: string, code: DiagnosticCode, words: RegExp): Promise<void> => {
      const { diagnostics, policies } = await read(text);
      assert.deepEqual(
        diagnostics.map((warning) => [warning.severity, warning.code]),
        [["warning", code]],
      );
      assert.match(diagnostics[0]?.message ?? "", words);
      assert.equal(policies.length, 1);
    };
    it("of an expression without anchors", () =>
      warns(
        policyText({
          authorities: ['keyless: { identities: [{ issuer: i, subjectRegExp: "alice@example\\\\.com" }] }'],
        }),
        "regexp-unanchored",
        /any longer text that contains a match is accepted/,
      ));
    it("of a dot that matches any character", () =>
      warns(
        policyText({ authorities: ["keyless: { identities: [{ issuer: i, subjectRegExp: ^alice@example.com$ }] }"] }),
        "regexp-dot",
        /Write \\\. for a dot/,
      ));
    it("of an expression that is compared exactly", () =>
      warns(
        policyText({ authorities: ["keyless: { identities: [{ issuer: i, subject: ^alice@example.com$ }] }"] }),
        "looks-like-regexp",
        /use subjectRegExp/,
      ));
    it("of a pattern with other wildcards", () =>
      warns(
        policyText({ globs: ["models/[ab]?"], authorities: [STATIC] }),
        "glob-literal",
        /only \* and \*\* are wildcards/,
      ));
    it("of two authorities of one name", () =>
      warns(
        policyText({ authorities: [STATIC, STATIC] }).replace("a1", "a0"),
        "duplicate-name",
        /another authority "a0"/,
      ));
    it("of an exception without a reason", () =>
      warns(policyText({ authorities: ["static: { action: pass }"] }), "exception-unexplained", /say why/));
    it("of a refusal that has no effect", () =>
      warns(
        policyText({ authorities: [STATIC, "static: { action: fail }"] }),
        "fail-without-effect",
        /any one that accepts is enough/,
      ));
    it("of a root that accepts any subject", () =>
      warns(
        policyText({
          authorities: [
            `certificate: { caCert: { data: ${JSON.stringify(makeCertificate({ subject: "R", ca: true }).pem)} }, trustedIdentities: ["*"] }`,
          ],
        }),
        "any-identity",
        /every signer that this root has certified/,
      ));
  });
});
