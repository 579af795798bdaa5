import assert from "node:assert/strict";
import { type CodeLanguage, LONGEST_TEXT, stringsInCode } from "../../../../src/ui/code/strings-in-code.ts";

/** The strings, each checked to stand where it says. */
function values(text: string, language: CodeLanguage): string[] {
  return stringsInCode(text, language).map(({ value, start, end }) => {
    assert.ok(start < end && end <= text.length, value);
    return value;
  });
}

function placed(text: string, language: CodeLanguage): string[] {
  return stringsInCode(text, language).map(({ start, end }) => text.slice(start, end));
}

describe("strings in Python", () => {
  it("are those between quotes of any kind, and none in a comment", () => {
    const text = [
      `model = AutoModel.from_pretrained("./models/x")  # not "models/y"`,
      `other = load_file('w.safetensors')`,
      `"""models/doc`,
      `more"""`,
      `raw = r"models\\x" + b'bytes'`,
    ].join("\n");
    assert.deepEqual(values(text, "python"), ["./models/x", "w.safetensors", "models/doc\nmore", "models\\x", "bytes"]);
  });

  it("continue after an escaped quote, and end with the line if they are not closed", () => {
    assert.deepEqual(values(`a = "it\\"s"\nb = "open\nc = 'models/x'`, "python"), ['it"s', "models/x"]);
    assert.deepEqual(values(`a = "models/x"\nb = """open\nc = 'models/y'`, "python"), ["models/x"]);
  });

  it("are skipped if they are only known at runtime", () => {
    assert.deepEqual(values(`f"models/{name}", f"models/x", rf'{a}', "{kept}"`, "python"), ["models/x", "{kept}"]);
  });

  it("that are joined to a path have the path up to there", () => {
    assert.deepEqual(values(`Path("models") / "x" / "w.bin"`, "python"), ["models", "models/x", "models/x/w.bin"]);
    assert.deepEqual(values(`os.path.join("models", "x")`, "python"), ["models", "models/x"]);
    assert.deepEqual(values(`print("models", "x")`, "python"), ["models", "x"]);
    assert.deepEqual(values(`Path("models") / "/absolute"`, "python"), ["models", "/absolute"]);
    assert.deepEqual(placed(`Path("models") / "x"`, "python"), ["models", "x"]);
  });
});

describe("strings in JSON, TOML and YAML", () => {
  it("JSON: keys and values, with the comments of settings", () => {
    const text = `{ // "no"\n "model": "models/x", /* "no" */ "windows": "models\\\\y", "url": "models\\/z" }`;
    assert.deepEqual(values(text, "json"), ["model", "models/x", "windows", "models\\y", "url", "models/z"]);
  });

  it("TOML: literal strings know no escapes", () => {
    assert.deepEqual(values(`a = 'models\\x' # "no"\nb = "models/y"\nc = '''z'''`, "toml"), [
      "models\\x",
      "models/y",
      "z",
    ]);
  });

  it("YAML: plain and quoted scalars, in blocks and flows, and no comments", () => {
    const text = [
      "# models/no",
      "model_path: models/x # models/no",
      "- ./models/y",
      `- "models/z": 'it''s'`,
      "files: [a/b, {c: d/e}]",
      "url: https://example.com/x",
      "windows: C:\\models\\x",
      "wide:    models/with a blank   ",
    ].join("\r\n");
    assert.deepEqual(values(text, "yaml"), [
      ...["model_path", "models/x", "./models/y", "models/z", "it''s", "files", "a/b", "c", "d/e"],
      ...["url", "https://example.com/x", "windows", "C:\\models\\x", "wide", "models/with a blank"],
    ]);
  });
});

describe("strings in Markdown", () => {
  it("are code spans, link targets, and the words of fenced code", () => {
    const text = [
      "The model `models/x` and [that one](models/y), not models/no.",
      "```sh",
      'model-provenance verify models/z --key="keys/prod.pub"',
      "```",
      "`models/w`",
    ].join("\n");
    assert.deepEqual(values(text, "markdown"), [
      ...["models/x", "models/y", "model-provenance", "verify", "models/z", "--key", "keys/prod.pub", "models/w"],
    ]);
  });
});

describe("a hostile or endless text", () => {
  /** Whatever is repeated: the number of steps grows with the text, or this never ends. */
  const repeated = [
    '"',
    '\\"',
    '"""',
    '\\"""',
    "'",
    "`",
    "](",
    "[",
    "#",
    ": ",
    "- ",
    '"\\',
    "/*",
    "f'",
    'Path("a") / ',
  ];
  const languages: readonly CodeLanguage[] = ["python", "json", "yaml", "toml", "markdown"];

  for (const language of languages) {
    it(`is read in one pass: ${language}`, function () {
      this.timeout(120_000);
      for (const piece of repeated) {
        for (const head of ["", '"""', '"']) {
          const text = head + piece.repeat((LONGEST_TEXT - 3) / piece.length);
          for (const { start, end } of stringsInCode(text, language)) assert.ok(start < end && end <= text.length);
        }
      }
    });
  }

  it("is skipped if it is too long, and so is a single string", () => {
    assert.deepEqual(stringsInCode(`"models/x"${" ".repeat(LONGEST_TEXT)}`, "python"), []);
    assert.deepEqual(values(`"${"a/".repeat(300)}", "models/x"`, "python"), ["models/x"]);
  });
});
