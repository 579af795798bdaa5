import assert from "node:assert/strict";
import { join } from "node:path";
import { lockedPin, lockFileOf, lockText, parseLock } from "../../../../src/core/pins/lock-file.ts";
import { pinDigest } from "../../../../src/core/pins/pin-list.ts";

const FILES = new Map([
  ["a", "1".repeat(64)],
  ["sub/b", "2".repeat(64)],
]);
const PIN = { sha256: pinDigest(FILES), pinnedOn: "2026-11-02", files: FILES };
const EMPTY = { version: 1, models: {} } as const;

describe("the lock file of a policy", () => {
  it("is next to it", () => {
    for (const name of ["model-policy.yaml", "model-policy.yml", "model-policy.json"]) {
      assert.equal(lockFileOf(join("/w", name)), join("/w", "model-policy.lock.json"));
    }
    assert.equal(lockFileOf("/w/team.model-policy.yaml"), "/w/team.model-policy.lock.json");
  });

  it("contains what was written, and keeps other models", () => {
    const one = lockText(EMPTY, "models/z", PIN);
    const lock = parseLock(Buffer.from(one));
    assert.ok(lock !== undefined);
    assert.deepEqual(lockedPin(lock, "models/z"), PIN);
    const both = parseLock(Buffer.from(lockText(lock, "models/a", PIN)));
    assert.deepEqual(Object.keys(both?.models ?? {}), ["models/a", "models/z"]);
  });

  it("has no pin if its files do not give the digest", () => {
    const text = lockText(EMPTY, "m", PIN).replace("1".repeat(64), "3".repeat(64));
    const lock = parseLock(Buffer.from(text));
    assert.ok(lock !== undefined);
    assert.equal(lockedPin(lock, "m"), undefined);
    assert.equal(lockedPin(lock, "constructor"), undefined);
  });

  for (const text of [
    "",
    "{",
    "[]",
    '{"version": 2, "models": {}}',
    '{"version": 1, "models": {"m": {"sha256": "x"}}}',
  ]) {
    it(`is rejected in another form: ${text}`, () => {
      assert.equal(parseLock(Buffer.from(text)), undefined);
    });
  }

  it("is rejected with a day that does not exist", () => {
    assert.equal(parseLock(Buffer.from(lockText(EMPTY, "m", { ...PIN, pinnedOn: "2026-99-99" }))), undefined);
  });

  it("is rejected with a name that leads out of the model", () => {
    const text = lockText(EMPTY, "m", PIN).replace('"sub/b"', '"../b"');
    assert.equal(parseLock(Buffer.from(text)), undefined);
  });
});
