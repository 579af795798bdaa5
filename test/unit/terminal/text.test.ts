import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { Output, type TextStream, wantsColour } from "../../../src/terminal/output.ts";
import { escapeControls, renderJson, renderLine } from "../../../src/terminal/text.ts";
import { CapturedStream } from "../../support/run-main.ts";

describe("text for a terminal", () => {
  const escaped: readonly (readonly [string, string, string])[] = [
    ["the escape that begins a colour or a title", "\x1b]0;x\x07", "\\x1b]0;x\\x07"],
    ["the one-byte form of it", "\x9b31m", "\\x9b31m"],
    ["line ends and tabs", "a\r\nb\tc", "a\\x0d\\x0ab\\x09c"],
    ["DEL and NUL", "\x7f\0", "\\x7f\\x00"],
    ["marks that reorder text", "exe\u202etxt", "exe\\u{202e}txt"],
    ["characters without width", "a\u200bb\ufeff", "a\\u{200b}b\\u{feff}"],
    ["line separators", "a\u2028b", "a\\u{2028}b"],
    ["lone surrogates", "\ud800", "\\u{d800}"],
    ["tags above the basic plane", "\u{e0041}", "\\u{e0041}"],
  ];
  for (const [what, text, shown] of escaped) {
    it(`shows ${what}`, () => assert.equal(escapeControls(text), shown));
  }

  it("keeps letters of every script unchanged", () => {
    assert.equal(escapeControls("Modèle-模型-نموذج 🤖"), "Modèle-模型-نموذج 🤖");
  });

  it("is coloured after it is escaped, and only if asked to", () => {
    const line = ["a ", { text: "\x1b[0mb", style: "red" as const }];
    assert.equal(renderLine(line, true), "a \x1b[31m\\x1b[0mb\x1b[0m");
    assert.equal(renderLine(line, false), "a \\x1b[0mb");
  });

  it("is JSON of the same value without control characters", () => {
    const value = { "a\x9b": "\x1b[31m\u202e\u{e0041}\x7f\n", b: ["x"] };
    const text = renderJson(value);
    assert.match(text, /^[\x20-\x7e\n]*$/);
    assert.deepEqual(JSON.parse(text), value);
  });
});

describe("colour", () => {
  const cases: readonly (readonly [boolean, Record<string, string>, boolean])[] = [
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: "1" }, false],
    [true, { NO_COLOR: "" }, true],
    [true, { TERM: "dumb" }, false],
    [false, { FORCE_COLOR: "1" }, true],
    [false, { FORCE_COLOR: "" }, true],
    [true, { FORCE_COLOR: "0" }, false],
    [false, { FORCE_COLOR: "1", NO_COLOR: "1" }, false],
  ];
  for (const [isTerminal, env, wanted] of cases) {
    const where = `${isTerminal ? "on a terminal" : "in a pipe"} with ${JSON.stringify(env)}`;
    it(`is ${wanted ? "on" : "off"} ${where}`, () => assert.equal(wantsColour(isTerminal, env), wanted));
  }
});

describe("an output", () => {
  it("escapes what it prints", () => {
    const stream = new CapturedStream();
    new Output(stream, {}).print(["name\x1b[2J"], ["second"]);
    assert.equal(stream.text, "name\\x1b[2J\nsecond\n");
  });

  class Pipe extends EventEmitter implements TextStream {
    readonly texts: string[] = [];
    write(text: string): void {
      this.texts.push(text);
    }
  }

  for (const code of ["EPIPE", "EOF"]) {
    it(`stops silently when its reader is closed: ${code}`, () => {
      const pipe = new Pipe();
      const output = new Output(pipe, {});
      output.onFailure = () => assert.fail("a closed pipe is no failure");
      output.raw("a");
      pipe.emit("error", Object.assign(new Error(`write ${code}`), { code }));
      output.raw("b");
      assert.deepEqual(pipe.texts, ["a"]);
    });
  }

  it("reports any other error of writing", () => {
    const pipe = new Pipe();
    const output = new Output(pipe, {});
    const failures: string[] = [];
    output.onFailure = ({ message }) => failures.push(message);
    pipe.emit("error", Object.assign(new Error("no space left"), { code: "ENOSPC" }));
    assert.deepEqual(failures, ["no space left"]);
  });
});
