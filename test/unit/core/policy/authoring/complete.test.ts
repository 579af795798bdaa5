import assert from "node:assert/strict";
import {
  type Completion,
  type CompletionSources,
  completePolicy,
} from "../../../../../src/core/policy/authoring/complete.ts";

const GOOGLE = "https://accounts.google.com";
const AROUND: CompletionSources = {
  models: ["models/meta/llama", "models/whisper", "tiny.gguf"],
  signers: [
    { issuer: GOOGLE, subject: "alice@example.com", model: "models/whisper" },
    { issuer: GOOGLE, subject: "alice@example.com", model: "tiny.gguf" },
    {
      issuer: "https://gitlab.com",
      subject: "https://gitlab.com/acme/models//.gitlab-ci.yml@refs/heads/main",
      model: "x",
    },
  ],
  files: async (kind) => [`keys/${kind}.pem`, "keys/with: colon.pem"],
};

/** Completions at the `|` of a text. */
async function at(marked: string, json = false): Promise<readonly Completion[]> {
  const offset = marked.indexOf("|");
  assert.ok(offset >= 0);
  const text = marked.slice(0, offset) + marked.slice(offset + 1);
  return await completePolicy(text, offset, AROUND, json);
}

const labels = async (marked: string, json?: boolean): Promise<string[]> =>
  (await at(marked, json)).map(({ label }) => label);

/** The text after a completion was taken: slots as their texts, as the editor does; the rest of the indentation is the editor's. */
async function taken(marked: string, label: string, json?: boolean): Promise<string> {
  const found = (await at(marked, json)).find((completion) => completion.label === label);
  assert.ok(found, `there is no ${label} in ${await labels(marked, json)}`);
  const text = marked.replace("|", "");
  const margin = /^ */.exec(text.slice(text.lastIndexOf("\n", found.start - 1) + 1))?.[0] ?? "";
  const insert = found.insert
    .replaceAll(/\$\{\d+\|([^,|]*)[^|]*\|\}/g, "$1")
    .replaceAll(/\$\{\d+:((?:[^}\\]|\\.)*)\}/g, "$1")
    .replaceAll("$0", "")
    .replaceAll(/\\([\\$}])/g, "$1")
    .replaceAll("\n", `\n${margin}`);
  return text.slice(0, found.start) + insert + text.slice(found.end);
}

const SPEC = ["mode", "models", "requireSignature", "unsignedFiles", "authorities", "verification"];
const KINDS = ["key", "keyless", "githubActions", "certificate", "digest", "static"];
const SNIPPETS = [
  "public key",
  "browser login or CI identity",
  "GitHub Actions workflow",
  "certificate under a root",
  "pinned bytes",
  "exception",
];

const POSITIONS: readonly (readonly [title: string, text: string, expected: readonly string[]])[] = [
  ["an empty file", "|", ["model policy", "apiVersion", "kind", "metadata", "spec"]],
  ["a comment", "# wh|at", []],
  [
    "a new document after another",
    "kind: ModelPolicy\n---\n|",
    ["model policy", "apiVersion", "kind", "metadata", "spec"],
  ],
  ["the first word of a file", "ap|", ["model policy", "apiVersion", "kind", "metadata", "spec"]],
  ["a field after others", "apiVersion: model-provenance/v1\nk|", ["kind", "metadata", "spec"]],
  ["a field before others", "|\nkind: ModelPolicy\nspec:\n  mode: warn", ["apiVersion", "metadata"]],
  ["a constant", "apiVersion: |", ["model-provenance/v1"]],
  ["a field of spec", "spec:\n  |", SPEC],
  [
    "a field of spec between others",
    "spec:\n  mode: warn\n  |\n  models:\n    - glob: a\n",
    ["requireSignature", "unsignedFiles", "authorities", "verification"],
  ],
  ["a field with its colon", "spec:\n  mo|: warn\n", SPEC],
  ["an enumeration", "spec:\n  mode: |\n", ["enforce", "warn"]],
  ["an enumeration, begun", "spec:\n  mode: en|\n", ["enforce", "warn"]],
  ["an enumeration in quotes", 'spec:\n  mode: "|"\n', ["enforce", "warn"]],
  ["true or false", "spec:\n  requireSignature: |", ["true", "false"]],
  ["what is nested below a finished value", "spec:\n  mode: warn\n    |", []],
  ["a list of models", "spec:\n  models:\n    |", ["glob"]],
  ["a model after the dash", "spec:\n  models:\n    - |", ["glob"]],
  ["a model where lists are not indented", "spec:\n  models:\n  - |", ["glob"]],
  [
    "a field where lists are not indented",
    "spec:\n  models:\n  - glob: a\n  |",
    ["mode", "requireSignature", "unsignedFiles", "authorities", "verification"],
  ],
  ["an authority", "spec:\n  authorities:\n    - |", [...SNIPPETS, "name", ...KINDS]],
  ["an authority without its dash", "spec:\n  authorities:\n    |", [...SNIPPETS, "name", ...KINDS]],
  [
    "a word that is in no column of the list around it",
    "spec:\n  authorities:\n    - name: a\n      key: { path: x }\n    |\n",
    [],
  ],
  ["a field of an authority", "spec:\n  authorities:\n    - name: a\n      |", KINDS],
  ["a field of an authority that has its kind", "spec:\n  authorities:\n    - key: { path: x }\n      |", ["name"]],
  ["a field between brackets", "spec:\n  authorities:\n    - key: { | }", ["path", "data"]],
  [
    "a field between brackets that are not closed",
    "spec:\n  authorities:\n    - githubActions: { repository: a/b, |\n    - name: b\n",
    ["workflow", "ref", "issuer", "callingRepository"],
  ],
  [
    "one of two forms",
    "spec:\n  authorities:\n    - keyless: { identities: [{ issuer: a, | }] }",
    ["subject", "subjectRegExp"],
  ],
  ["the decision of an exception", "spec:\n  authorities:\n    - static:\n        action: |", ["pass", "fail"]],
  [
    "a key file",
    "spec:\n  authorities:\n    - key:\n        path: |",
    ["keys/public-key.pem", "keys/with: colon.pem", "keys/prod.pub"],
  ],
  [
    "root certificates",
    "spec:\n  authorities:\n    - certificate: { caCert: { path: | } }",
    ["keys/certificate.pem", "keys/with: colon.pem", "vendor-root.pem"],
  ],
  [
    "a private instance",
    "spec:\n  authorities:\n    - keyless:\n        trustConfig: |",
    ["keys/trust-config.pem", "keys/with: colon.pem", "sigstore.json"],
  ],
  [
    "a glob",
    "spec:\n  models:\n    - glob: |",
    ["**", "models/**", "models/meta/**", "models/meta/llama", "models/whisper", "tiny.gguf", "models/llama-*"],
  ],
  [
    "a subject of any issuer",
    "spec: { authorities: [{ keyless: { identities: [{ subject: | }]}}]}",
    ["alice@example.com", "https://gitlab.com/acme/models//.gitlab-ci.yml@refs/heads/main"],
  ],
  [
    "a subject of one issuer",
    `spec: { authorities: [{ keyless: { identities: [{ issuer: ${GOOGLE}, subject: | }]}}]}`,
    ["alice@example.com"],
  ],
  ["text of a block", "metadata:\n  description: >\n    some |\n", []],
  ["a label, whose names are free", "metadata:\n  labels:\n    |", []],
  ["a field that there is not", "surprise:\n  |", []],
  ["Windows' ends of lines", "spec:\r\n  mode: |\r\n", ["enforce", "warn"]],
];

describe("completion in policy files", () => {
  for (const [title, text, expected] of POSITIONS) {
    it(`of ${title}`, async () => assert.deepEqual(await labels(text), expected));
  }

  it("replaces only the word at the cursor, in any text at any offset", async () => {
    const pieces = [
      "a: ",
      "- ",
      "{",
      "}",
      "[",
      "]",
      '"',
      "'",
      "\n",
      "  ",
      ":",
      ",",
      "#",
      "|",
      "---\n",
      "spec:",
      "&x ",
      "\\",
    ];
    let state = 1;
    const next = (): number => {
      state = (state * 48_271) % 2_147_483_647;
      return state;
    };
    let offered = 0;
    for (let round = 0; round < 2_000; round++) {
      const text = Array.from({ length: next() % 20 }, () => pieces[next() % pieces.length]).join("");
      const offset = next() % (text.length + 1);
      for (const { start, end } of await completePolicy(text, offset, AROUND, false)) {
        assert.ok(start <= offset && offset <= end && end <= text.length, `${JSON.stringify(text)} at ${offset}`);
        offered++;
      }
    }
    assert.ok(offered > 100, `${offered} completions`);
    for (const text of ["[".repeat(100_000), "- ".repeat(100_000), "a: 1\n".repeat(100_000)]) {
      const found = await completePolicy(text, text.length, AROUND, false);
      assert.deepEqual(found, []);
    }
  });

  it("replaces nothing but the word at the cursor before a closing bracket", async () => {
    assert.equal(await taken("spec:\n  mo|de: warn\n", "mode"), "spec:\n  mode: warn\n");
    assert.equal(await taken("spec:\n  mode: en|force # why\n", "warn"), "spec:\n  mode: warn # why\n");
    assert.equal(await taken('spec:\n  mode: "en|"\n', "warn"), 'spec:\n  mode: "warn"\n');
    assert.equal(await taken("spec:\n  mode: 'en|'\n", "warn"), "spec:\n  mode: 'warn'\n");
    assert.equal(await taken("spec: { mode: | }", "warn"), "spec: { mode: warn }");
  });

  it("quotes text that YAML would read as another type", async () => {
    assert.equal(await taken("spec:\n  models:\n    - glob: |", "**"), 'spec:\n  models:\n    - glob: "**"');
    assert.equal(
      await taken("spec:\n  models:\n    - glob: |", "models/**"),
      "spec:\n  models:\n    - glob: models/**",
    );
    const path = "spec:\n  authorities:\n    - key:\n        path: ";
    assert.equal(await taken(`${path}|`, "keys/with: colon.pem"), `${path}"keys/with: colon.pem"`);
  });

  it("has a signer's models next to it", async () => {
    const [alice] = await at("spec: { authorities: [{ keyless: { identities: [{ subject: | }]}}]}");
    assert.equal(alice?.detail, "signed models/whisper and 1 more");
  });

  it("marks required fields, and the usual value", async () => {
    const required = (await at("spec:\n  |")).filter(({ detail }) => detail === "required").map(({ label }) => label);
    assert.deepEqual(required, ["models", "authorities"]);
    const usual = (await at("spec:\n  mode: |")).filter(({ detail }) => detail === "default").map(({ label }) => label);
    assert.deepEqual(usual, ["enforce"]);
  });

  it("explains every field it offers, most with an example", async () => {
    for (const text of ["|", "spec:\n  |", "spec:\n  verification:\n    |", "spec:\n  authorities:\n    - |"]) {
      for (const { label, documentation } of await at(text)) assert.ok(documentation, label);
    }
    const authorities = (await at("spec:\n  |")).find(({ label }) => label === "authorities");
    assert.match(
      authorities?.example ?? "",
      /^authorities:\n {2}- name: release\n {4}key:\n {6}path: keys\/prod\.pub$/,
    );
  });

  it("writes nested fields below their name, at the right column", async () => {
    assert.equal(await taken("spec:\n  mod|", "models"), "spec:\n  models:\n    - glob: models/**");
    assert.equal(
      await taken("spec:\n  authorities:\n    - name: a\n      k|", "key"),
      "spec:\n  authorities:\n    - name: a\n      key:\n        path: keys/prod.pub",
    );
    assert.equal(
      await taken("spec:\n  authorities:\n    - |", "githubActions"),
      "spec:\n  authorities:\n    - githubActions:\n        repository: owner/name\n        workflow: release.yml\n        ref: refs/tags/v*",
    );
    assert.equal(await taken("spec: { | }", "models"), "spec: { models: [ { glob: models/** } ] }");
  });

  describe("in JSON, where the editor completes by the schema itself", () => {
    it("has no field and no value of the schema", async () => {
      assert.deepEqual(await labels('{ "spec": { | } }', true), []);
      assert.deepEqual(await labels('{ "spec": { "mode": | } }', true), []);
    });

    it("has files, models and signers, in quotes", async () => {
      const key = '{ "spec": { "authorities": [{ "key": { "path": "|" } }] } }';
      assert.equal(await taken(key, "keys/public-key.pem", true), key.replace("|", "keys/public-key.pem"));
      const glob = '{ "spec": { "models": [{ "glob": | }] } }';
      assert.equal(await taken(glob, "models/**", true), glob.replace("|", '"models/**"'));
    });

    it("has authorities in JSON", async () => {
      for (const label of SNIPPETS) {
        const text = await taken('{ "spec": { "authorities": [|] } }', label, true);
        assert.equal(JSON.parse(text).spec.authorities.length, 1, text);
      }
      const whole = JSON.parse(await taken("|", "model policy", true));
      assert.equal(whole.kind, "ModelPolicy");
    });
  });
});
