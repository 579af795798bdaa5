import assert from "node:assert/strict";
import { bytesText, durationText, utcMinutes } from "../../../../src/core/presentation/bytes-and-time.ts";

describe("formatting", () => {
  const sizes: readonly (readonly [number, string])[] = [
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1.0 kB"],
    [99_949, "99.9 kB"],
    [99_950, "100 kB"],
    [999_499, "999 kB"],
    [999_500, "1.0 MB"],
    [16_060_522_240, "16.1 GB"],
    [1_500_000_000_000_000, "1.5 PB"],
  ];
  for (const [bytes, text] of sizes) {
    it(`writes ${bytes} bytes as ${text}`, () => assert.equal(bytesText(bytes), text));
  }

  const spans: readonly (readonly [number, string])[] = [
    [0, "0.0 s"],
    [9.84, "9.8 s"],
    [9.96, "10 s"],
    [59.4, "59 s"],
    [59.5, "1 min 00 s"],
    [185, "3 min 05 s"],
    [3_720, "1 h 02 min"],
  ];
  for (const [seconds, text] of spans) {
    it(`writes ${seconds} seconds as ${text}`, () => assert.equal(durationText(seconds), text));
  }

  it("writes a time in UTC, with any offset, and keeps text that is no time", () => {
    assert.equal(utcMinutes("2026-11-21T16:02:33+02:00"), "2026-11-21 14:02 UTC");
    assert.equal(utcMinutes("yesterday"), "yesterday");
  });
});
