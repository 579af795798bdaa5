import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, matchesGlob } from "node:path";
import * as v from "valibot";
import { ROOT } from "../../scripts/fetch.mjs";
import { HASH_ALGORITHMS } from "../../src/core/hashing/digest-request.ts";
import { isModelFile, SKILL_FILE, WEIGHTS, WHOLE_NAMES } from "../../src/core/model/model-files.ts";
import {
  isSignatureName,
  KAGGLE_SIGNATURE,
  OWN_SIGNATURE_NAMES,
  SIGNATURE_NAMES,
} from "../../src/core/model/signature-names.ts";
import { authorityForms } from "../../src/core/policy/authorities/table.ts";
import { POLICY_SCHEMA } from "../../src/core/policy/policy-schema.ts";
import { KOFFI } from "../../src/core/signing/pkcs11/return-errors.ts";
import { SETTINGS } from "../../src/platform/ids.ts";
import { CHOICES, SHAPES } from "../../src/platform/setting-shapes.ts";
import { MANIFEST_OPTIONS } from "../../src/terminal/options.ts";
import { MANIFEST } from "./manifest.ts";

const { configuration, customEditors, configurationDefaults, menus } = MANIFEST.contributes;
const KAGGLE = `${KAGGLE_SIGNATURE.folder}/${KAGGLE_SIGNATURE.file}`;
/** Names of PyTorch's and whisper.cpp's weights: `.bin` says nothing by itself. */
const BIN_FILES = [
  ...["model.bin", "pytorch_model.bin", "pytorch_model-00001-of-00002.bin", "diffusion_pytorch_model.fp16.bin"],
  ...["ggml-base.bin"],
];
const MODEL_FILES = [...WEIGHTS.map((ending) => `some${ending}`), ...WHOLE_NAMES, ...BIN_FILES];
const SIGNATURES = SIGNATURE_NAMES.map((pattern) => pattern.replace("*", "some"));

describe("the extension activates", () => {
  const globs = MANIFEST.activationEvents.flatMap((event) => /^workspaceContains:(.*)$/.exec(event)?.[1] ?? []);

  function starts(path: string): boolean {
    // "MLmodel" is in the list of names in lower case.
    return globs.some((glob) => matchesGlob(path.toLowerCase(), glob.toLowerCase()));
  }

  for (const name of [...MODEL_FILES, SKILL_FILE, ...SIGNATURES, KAGGLE, "some.mlpackage/Manifest.json"]) {
    it(`with ${name} in the workspace`, () => {
      assert.ok(starts(name), "at the top");
      assert.ok(starts(`models/llama/${name}`), "in a folder");
    });
  }

  it("not for other files", () => {
    for (const name of ["README.md", "data.bin", "package.json", "config.json"]) assert.ok(!starts(`a/${name}`), name);
  });

  it("only for names that the search for models knows", () => {
    for (const name of MODEL_FILES) assert.ok(isModelFile(name), name);
  });
});

describe("the names of signature files", () => {
  const selectors = customEditors.flatMap(({ selector }) => selector.map(({ filenamePattern }) => filenamePattern));

  it("are the same in the signature viewer", () => {
    const known: readonly string[] = [...SIGNATURE_NAMES, `**/${KAGGLE}`];
    for (const pattern of selectors) assert.ok(known.includes(pattern), pattern);
    for (const name of [...SIGNATURES, KAGGLE]) {
      assert.ok(
        selectors.some((pattern) => matchesGlob(name, pattern)),
        name,
      );
    }
  });

  it("that open in the viewer by default are those that only OMS uses", () => {
    const associations = Object.keys(configurationDefaults["workbench.editorAssociations"]);
    assert.deepEqual(associations.sort(), [...OWN_SIGNATURE_NAMES].sort());
  });

  it("are the same in the menus that offer the viewer", () => {
    const clauses = Object.values(menus).flatMap((list) => list.map(({ when = "" }) => when));
    const patterns = clauses.flatMap((clause) => /resourceFilename =~ \/((?:[^/\\]|\\.)+)\/i/.exec(clause)?.[1] ?? []);
    assert.ok(patterns.length >= 2);
    for (const pattern of patterns) {
      const regExp = new RegExp(pattern, "i");
      for (const name of [...SIGNATURES, "MODEL.SIG", ...MODEL_FILES, "old-claims.jsonl", "a.sig.txt"]) {
        assert.equal(regExp.test(name), isSignatureName(name), name);
      }
    }
  });
});

describe("the file extensions of weights", () => {
  it("are the same in the condition of the explorer's submenu", () => {
    const [entry] = menus["explorer/context"] ?? [];
    const [, pattern = ""] = /resourceExtname =~ \/((?:[^/\\]|\\.)+)\/i/.exec(entry?.when ?? "") ?? [];
    const regExp = new RegExp(pattern, "i");
    for (const ending of WEIGHTS) assert.ok(regExp.test(ending), ending);
    for (const ending of [".py", ".md", ".bin", ".json", "x.gguf"]) assert.ok(!regExp.test(ending), ending);
  });
});

describe("the hash algorithms", () => {
  it("are the same in reports", () => {
    const schema: unknown = JSON.parse(readFileSync(join(ROOT, "schemas", "report.schema.json"), "utf8"));
    const found = enumsOf(schema).filter(([name]) => name === "algorithm");
    assert.ok(found.length >= 2);
    for (const [, values] of found) assert.deepEqual(values, HASH_ALGORITHMS);
  });

  it("are the same in the terminal", () => {
    const [, names = ""] = /^(.*?)\. Default: sha256/.exec(MANIFEST_OPTIONS["hash ALGORITHM"]) ?? [];
    assert.deepEqual(names.split(/, | or /), HASH_ALGORITHMS);
  });
});

describe("a setting", () => {
  for (const name of Object.keys(SETTINGS) as (keyof typeof SETTINGS)[]) {
    it(`${name} has the type, the choices and the default that the code reads`, () => {
      const Declared = v.looseObject({ type: v.string(), default: v.unknown(), enum: v.optional(v.array(v.string())) });
      const { type, default: usual, enum: choices } = v.parse(Declared, configuration.properties[SETTINGS[name]]);
      const read = (value: unknown): unknown => SHAPES[name](value);
      assert.deepEqual(read(undefined), usual ?? "");
      const values = { boolean: [true, false], string: choices ?? ["/some/path"], array: [[], ["entry"]] };
      for (const [shape, samples] of Object.entries(values)) {
        for (const value of samples) assert.deepEqual(read(value), shape === type ? value : read(undefined));
      }
      const known: Readonly<Record<string, readonly string[]>> = CHOICES;
      assert.deepEqual(choices && [...choices].sort(), known[name] && [...known[name]].sort());
    });
  }
});

describe("the forms of an authority", () => {
  it("are the same in the schema of policies", () => {
    const forms = POLICY_SCHEMA.definitions?.["authority"]?.oneOf?.flatMap(({ required }) => required);
    assert.deepEqual(
      authorityForms().map(([name]) => name),
      forms,
    );
  });
});

/** Every list of choices in a schema, with the name of its field. */
function enumsOf(schema: unknown, name = ""): [name: string, values: readonly unknown[]][] {
  if (typeof schema !== "object" || schema === null) return [];
  return Object.entries(schema).flatMap(([key, value]) =>
    key === "enum" && Array.isArray(value) ? [[name, value]] : enumsOf(value, key),
  );
}

describe("keys in tokens and behind plugins", () => {
  it("need the package that errors and the editor's button name", () => {
    assert.equal(KOFFI, `koffi@${MANIFEST.optionalDependencies["koffi"]}`);
  });

  it("cannot be named by a setting, which a workspace could contain", () => {
    const text = JSON.stringify(configuration);
    assert.doesNotMatch(text, /pkcs|kms|koffi/i);
  });
});
