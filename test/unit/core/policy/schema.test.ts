import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import fc from "fast-check";
import * as v from "valibot";
import { PolicyDocument } from "../../../../src/core/policy/policy-document.ts";
import { POLICY_SCHEMA, schemaAt } from "../../../../src/core/policy/policy-schema.ts";
import { schemaProblems } from "../../../../src/core/policy/schema-check.ts";

const FILE = new URL("../../../../schemas/model-policy.schema.json", import.meta.url);

/** A document with every field that there is. */
const WHOLE = {
  apiVersion: "model-provenance/v1",
  kind: "ModelPolicy",
  metadata: { name: "team", description: "ours", labels: { team: "ml" } },
  spec: {
    mode: "enforce",
    models: [{ glob: "models/**" }],
    requireSignature: true,
    unsignedFiles: ["models/docs/**"],
    authorities: [
      { name: "key", key: { path: "keys/prod.pub" } },
      { name: "data", key: { data: "-----BEGIN PUBLIC KEY-----" } },
      {
        keyless: {
          identities: [
            { issuer: "https://accounts.google.com", subject: "alice@example.com" },
            { issuerRegExp: "^https://", subjectRegExp: "^alice$" },
          ],
          trustConfig: "trust.json",
        },
      },
      {
        githubActions: {
          repository: "acme/models",
          workflow: "release.yml",
          ref: "refs/tags/v*",
          issuer: "https://git.example.com/_services/token",
          callingRepository: "acme/app",
        },
      },
      {
        certificate: {
          caCert: { path: "root.pem" },
          trustedIdentities: ["x509.subject: O=Vendor", "x509.san: a", "*"],
        },
      },
      { certificate: { caCert: { data: "-----BEGIN CERTIFICATE-----" }, trustedIdentities: ["*"] } },
      { static: { action: "pass", message: "legacy" } },
    ],
    verification: {
      signaturePath: "model.sig",
      ignorePaths: ["README.md"],
      ignoreUnsignedFiles: false,
      allowSymlinks: false,
      signerIgnoredPaths: "warn",
      hubCacheLinks: "deny",
      otherSignatures: "deny",
    },
  },
};

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Every place in a value where something can be changed. */
function placesIn(value: Json, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof value !== "object" || value === null) return [path];
  return [
    path,
    ...Object.entries(value).flatMap(([key, inside]) =>
      placesIn(inside, [...path, Array.isArray(value) ? Number(key) : key]),
    ),
  ];
}

function at(value: Json, path: readonly (string | number)[]): Json {
  return path.reduce<Json>((inside, step) => (inside as { [key: string]: Json })[step] ?? null, value);
}

interface Change {
  readonly place: number;
  readonly kind: "remove" | "replace" | "add" | "rename";
  readonly value: Json;
}

const change: fc.Arbitrary<Change> = fc.record({
  place: fc.nat(),
  kind: fc.constantFrom("remove", "replace", "add", "rename"),
  value: fc.constantFrom<Json>(
    null,
    true,
    0,
    "",
    "x",
    "*",
    "refs/x",
    "a/b",
    [],
    {},
    ["x"],
    [{}],
    { glob: "x" },
    { path: "x" },
    { data: "x", path: "y" },
  ),
});

function changed(document: Json, { place, kind, value }: Change): Json {
  const places = placesIn(document);
  const path = places[place % places.length] ?? [];
  const last = path.at(-1);
  const result = structuredClone(document);
  if (last === undefined) return kind === "replace" ? value : result;
  const parent = at(result, path.slice(0, -1)) as { [key: string | number]: Json };
  if (kind === "replace") parent[last] = value;
  else if (Array.isArray(parent))
    parent.splice(Number(last), kind === "remove" ? 1 : 0, ...(kind === "add" ? [value] : []));
  else if (kind === "remove") delete parent[last];
  else if (kind === "add")
    parent[["name", "path", "data", "subject", "key", "static", "__proto", "extra"][place % 8] ?? ""] = value;
  else {
    parent[`${last}x`] = parent[last] ?? null;
    delete parent[last];
  }
  return result;
}

const accepts = (document: unknown): boolean => [...schemaProblems(document)].length === 0;

describe("the schema of policy files", function () {
  this.timeout(30_000);
  const isValid = new Ajv({ strict: false, allErrors: true }).compile(JSON.parse(readFileSync(FILE, "utf8")));

  it("is the file that editors use", () => {
    assert.deepEqual(POLICY_SCHEMA, JSON.parse(readFileSync(FILE, "utf8")));
  });

  it("accepts a document with every field", () => {
    assert.deepEqual([...schemaProblems(WHOLE)], []);
    assert.equal(isValid(WHOLE), true);
  });

  it("gives the same results here as with another validator, for valid and invalid documents", () => {
    let wrong = 0;
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        const document = changes.reduce<Json>(changed, WHOLE as unknown as Json);
        const valid = isValid(document);
        if (!valid) wrong++;
        assert.equal(accepts(document), valid, JSON.stringify(document));
        if (valid) assert.equal(v.safeParse(PolicyDocument, document).success, true);
      }),
      { numRuns: 3000 },
    );
    assert.ok(wrong > 500 && wrong < 3000, `${wrong} of 3000 documents were wrong`);
  });

  it("uses no keyword that is not applied", () => {
    const known = new Set(
      "$schema title description default examples $ref definitions type const enum required properties additionalProperties items minItems minLength maxLength pattern oneOf allOf".split(
        " ",
      ),
    );
    const visit = (schema: unknown): void => {
      if (typeof schema !== "object" || schema === null) return;
      for (const [keyword, value] of Object.entries(schema)) {
        assert.ok(known.has(keyword), keyword);
        if (keyword === "properties" || keyword === "definitions") Object.values(value).forEach(visit);
        else if (keyword === "items" || keyword === "additionalProperties") visit(value);
        else if (keyword === "allOf" || keyword === "oneOf") for (const part of value) visit(part);
      }
    };
    visit(POLICY_SCHEMA);
  });

  it("explains every field", () => {
    for (const path of placesIn(WHOLE as unknown as Json)) {
      const isField = typeof path.at(-1) === "string" && !path.includes("labels");
      if (isField) assert.ok(schemaAt(path)?.description, path.join("."));
    }
    assert.equal(schemaAt(["spec", "nothing"]), undefined);
    assert.equal(schemaAt(["constructor"]), undefined);
  });
});
