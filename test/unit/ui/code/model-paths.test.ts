import assert from "node:assert/strict";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { mayNameModel, pathsOf, seemsLoaded } from "../../../../src/ui/code/model-paths.ts";
import { stringsInCode } from "../../../../src/ui/code/strings-in-code.ts";

const names = new Set(["llama"]);

describe("a string that may name a model", () => {
  it("has a separator, the name of a model file, or a model's own name", () => {
    for (const value of ["models/x", "./x", "../x", "x\\y", "w.safetensors", "q4.GGUF", "llama", "file:///m/x"]) {
      assert.ok(mayNameModel(value, names), value);
    }
    for (const value of ["", ".", "..", "word", "https://example.com/x", "hf://org/x", "a/b\nc", "a/\0"]) {
      assert.ok(!mayNameModel(value, names), value);
    }
  });

  it("is resolved against the file's folder first, then against the workspace folder", () => {
    const [file, folder] = [resolve("/w/src"), resolve("/w")];
    assert.deepEqual(pathsOf("./models\\x/", [file, folder]), [resolve("/w/src/models/x"), resolve("/w/models/x")]);
    assert.deepEqual(pathsOf("../models/x", [file]), [resolve("/w/models/x")]);
    const absolute = resolve("/elsewhere/x");
    assert.deepEqual(pathsOf(absolute, [file, folder]), [absolute]);
    assert.deepEqual(pathsOf(pathToFileURL(absolute).href, [file]), [absolute]);
    assert.deepEqual(pathsOf("file://%zz", [file]), []);
  });
});

describe("a string that seems to be loaded", () => {
  const loaded = (text: string, language: "python" | "yaml" | "json" = "python"): boolean[] =>
    stringsInCode(text, language).map((string) => seemsLoaded(text, string));

  it("is a path, anywhere", () => {
    assert.deepEqual(loaded(`x = "models/x"`), [true]);
    assert.deepEqual(loaded(`x = "w.gguf"`), [true]);
  });

  it("is a single word only as an argument that takes a model", () => {
    assert.deepEqual(loaded(`AutoModel.from_pretrained("llama")`), [true]);
    assert.deepEqual(loaded(`Llama(model_path="llama")`), [true]);
    assert.deepEqual(loaded(`print("llama")`), [false]);
    assert.deepEqual(loaded(`model_path: llama`, "yaml"), [false, true]);
    assert.deepEqual(loaded(`{"model": "llama"}`, "json"), [false, true]);
  });
});
