import assert from "node:assert/strict";
import { messageText, middleShortened, plainText, visibleJson } from "../../../src/platform/plain-text.ts";

describe("untrusted text", () => {
  it("has visible escapes for what would reverse, hide or break the text around it", () => {
    assert.equal(plainText("a\u202eb\u200bc\nd\u0000e\u2066f\u{e0041}g\u001b[31mh"), "a�b�c�d�e�f�g�[31mh");
    // Soft hyphen, Hangul filler, variation selectors, half a pair: each can hide something, or is no character.
    assert.equal(plainText("a\u00adb\u3164c\ufe01d\u{e0101}e\ud800f\u2065g"), "a�b�c�d�e�f�g");
    assert.equal(plainText("Modèle 模型 🙂 · ❤\ufe0f"), "Modèle 模型 🙂 · ❤\ufe0f");
  });

  it("is escaped in JSON without a change of the values", () => {
    const value = { name: "a\u202eb\u{e0041}c\u200bd\ud800", line: "\n" };
    const json = visibleJson(JSON.stringify(value, undefined, 2));
    assert.deepEqual(JSON.parse(json), value);
    assert.equal(json.split("\n").map(plainText).join("\n"), json);
  });

  it("makes no link and no icon in messages and lists", () => {
    assert.doesNotMatch(messageText("[run](command:x)"), /\]\(/);
    assert.doesNotMatch(messageText("$(check) fine"), /\$\(/);
    assert.equal(messageText("[run](x) $(y)").replaceAll("\u2060", ""), "[run](x) $(y)");
  });

  it("is shortened in the middle, between whole characters", () => {
    assert.equal(middleShortened("abcdefghij", 10), "abcdefghij");
    assert.equal(middleShortened("abcdefghijk", 10), "abcde…hijk");
    assert.equal(middleShortened("🙂".repeat(9), 4), "🙂🙂…🙂");
  });
});
