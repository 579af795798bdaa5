import assert from "node:assert/strict";
import { desktopEnvironment, testArguments } from "../../support/desktop.ts";

describe("the window of a desktop VS Code that runs tests", () => {
  const open = "/samples";

  it("opens in Restricted Mode where a launch wants that", () => {
    const isTrusted = (trust: "ask" | "off") =>
      testArguments("/data", { open, trust }).includes("--disable-workspace-trust");
    assert.deepEqual([isTrusted("off"), isTrusted("ask")], [true, false]);
  });

  it("has data and extensions of its own, and the extension under test", () => {
    const args = testArguments("/data", { open, extension: "/stub" });
    assert.equal(args[0], open);
    assert.equal(args[args.indexOf("--user-data-dir") + 1], "/data");
    assert.ok(args[args.indexOf("--extensions-dir") + 1]?.startsWith("/data"));
    assert.ok(args.includes("--extensionDevelopmentPath=/stub"));
  });

  it("is no plain Node, whatever started the tests", () => {
    process.env["ELECTRON_RUN_AS_NODE"] = "1";
    try {
      const env = desktopEnvironment({ A: "b" });
      assert.deepEqual([env["ELECTRON_RUN_AS_NODE"], env["A"]], [undefined, "b"]);
    } finally {
      delete process.env["ELECTRON_RUN_AS_NODE"];
    }
  });
});
