import { strict as assert } from "node:assert";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openInBrowser } from "../../../src/login/open-in-browser.ts";
import { useTemporaryFolder } from "../../support/temporary-folder.ts";

/** An address with all that a shell would make something of. */
const NASTY = "http://127.0.0.1:1/?a=1&b=$(touch$IFS-pwned);`touch pwned`|\"x\" 'y'%PATH%>pwned";

describe("opening the browser from a terminal", () => {
  const folder = useTemporaryFolder();
  const path = process.env["PATH"];

  before(function () {
    if (process.platform === "win32") this.skip();
  });
  afterEach(() => {
    process.env["PATH"] = path;
  });

  /** Puts a program by this name first where programs are looked for. */
  function install(name: string, script: string): void {
    const file = join(folder(), name);
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
    process.env["PATH"] = `${folder()}:/bin:/usr/bin`;
  }

  for (const [platform, name] of [
    ["linux", "xdg-open"],
    ["darwin", "open"],
    ["win32", "rundll32.exe"],
  ] as const) {
    it(`passes the address as one argument, on ${platform}`, async () => {
      const record = join(folder(), "arguments");
      install(name, `for a in "$@"; do printf '%s\\n' "$a"; done > '${record}'`);
      await openInBrowser(NASTY, platform);
      const received = readFileSync(record, "utf8").trimEnd().split("\n");
      assert.deepEqual(received, platform === "win32" ? ["url.dll,FileProtocolHandler", NASTY] : [NASTY]);
      assert.ok(!existsSync(join(folder(), "pwned")) && !existsSync("pwned"));
    });
  }

  it("fails if there is no program for it, or if that fails", async () => {
    process.env["PATH"] = folder();
    await assert.rejects(openInBrowser(NASTY, "linux"), { code: "ENOENT" });
    install("xdg-open", "exit 3");
    await assert.rejects(openInBrowser(NASTY, "linux"), { message: "xdg-open ended with status 3" });
  });
});
