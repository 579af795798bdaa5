import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundleText, makeStatement, signBundle } from "../../support/bundles.ts";
import { makeKeys } from "../../support/keys.ts";
import { canMakeTerminal, runInTerminal } from "../../support/pseudo-terminal.ts";
import { useTemporaryFolder } from "../../support/temporary-folder.ts";

const keys = makeKeys("P-256");
/** Minutes of reading; on the disk it takes no space. */
const HUGE = 400_000_000_000;

const ERASE_LINE = "\r\x1b[K";

/** On a terminal, where Ctrl-C goes to every process of the command at once. */
describe("Ctrl-C while a model is read", function () {
  this.timeout(60_000);
  const folder = useTemporaryFolder();
  const at = (name: string): string => join(folder(), name);

  before(function () {
    if (!canMakeTerminal()) this.skip();
  });

  beforeEach(() => {
    mkdirSync(at("llama"));
    writeFileSync(at("llama/model.bin"), "");
    truncateSync(at("llama/model.bin"), HUGE);
    writeFileSync(at("key.pem"), keys.privatePem);
    writeFileSync(at("key.pub"), keys.publicPem);
  });

  // A rate is shown once reading goes on for a while.
  const interrupt = (args: string): ReturnType<typeof runInTerminal> =>
    runInTerminal(args.split(" "), [{ waitFor: "/s, ", type: "\x03" }], { cwd: folder() });

  it("ends signing with status 130, leaves no file, and keeps the old signature", async () => {
    const resources = [{ name: "model.bin", digest: "0".repeat(64), algorithm: "sha256" }];
    const old = bundleText(signBundle(makeStatement(resources, { name: "llama" }), { keys }));
    writeFileSync(at("model.sig"), old);
    const { status, shown } = await interrupt("sign key llama --private-key key.pem --signature model.sig");
    assert.equal(status, 130, shown);
    assert.match(shown, /Hashing [\d.]+( MB)? of 400 GB, [\d.]+ [MG]B\/s, /);
    // The progress line is erased before the last word.
    assert.equal(shown.split(ERASE_LINE).at(-1)?.replace("^C", ""), "Interrupted.\r\n");
    assert.deepEqual(readdirSync(folder()).sort(), ["key.pem", "key.pub", "llama", "model.sig"]);
    assert.equal(readFileSync(at("model.sig"), "utf8"), old);
  });

  it("ends verifying with status 130 and without a verdict", async () => {
    const resources = [{ name: "model.bin", digest: "0".repeat(64), algorithm: "sha256" }];
    writeFileSync(at("model.sig"), bundleText(signBundle(makeStatement(resources), { keys })));
    const { status, shown } = await interrupt("verify key llama --signature model.sig --public-key key.pub");
    assert.equal(status, 130, shown);
    assert.match(shown, /Interrupted\.\r\n$/);
    assert.doesNotMatch(shown, /Verified|Changed|Cannot/);
  });
});
