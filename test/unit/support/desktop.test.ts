import assert from "node:assert/strict";
import { join } from "node:path";
import { desktopEnvironment, runWindow, testArguments } from "../../support/desktop.ts";
import { HOST_RUN } from "../../support/host-run.ts";
import { useTemporaryFolder, writeTree } from "../../support/temporary-folder.ts";

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

  describe("where the program is a script in its place", () => {
    const folder = useTemporaryFolder();
    const run = (script: string) => {
      writeTree(folder(), { "window.cjs": script });
      return runWindow(process.execPath, { name: "any", open: join(folder(), "window.cjs"), files: ["a.cjs"] });
    };

    it("returns what the suites left behind, whatever its exit status is", async () => {
      const script = `
        const { files, results } = JSON.parse(process.env.${HOST_RUN});
        require("node:fs").writeFileSync(results, JSON.stringify({ passed: files.length, failed: [], skipped: [] }));
        process.exitCode = 1;`;
      assert.deepEqual(await run(script), { passed: 1, failed: [], skipped: [] });
    });

    it("fails with the exit status where the suites left nothing", async () => {
      await assert.rejects(run("process.exitCode = 7;"), /VS Code ended with 7 before the suites did/);
    });
  });
});
