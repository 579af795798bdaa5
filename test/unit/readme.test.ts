import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { makeChain } from "../support/certificates.ts";
import { makeKeys } from "../support/keys.ts";
import { CLI } from "../support/run-cli.ts";
import { useTemporaryFolder, writeTree } from "../support/temporary-folder.ts";

const ROOT = join(import.meta.dirname, "../..");
/** The pages that show what to type, in the order in which they are read. */
const PAGES = ["README.md", "docs/terminal.md", "docs/policies.md", "docs/library.md"].map((name) => ({
  name,
  text: readFileSync(join(ROOT, name), "utf8"),
}));
const README = PAGES.map(({ text }) => text).join("\n");

/** The code blocks of one language. */
function blocks(language: string): string[] {
  return [...README.matchAll(/^```(\w*)\n(.*?)^```$/gms)].flatMap(([, name, code]) =>
    name === language && code !== undefined ? [code] : [],
  );
}

/** What the pages say to type is typed here. */
describe("the README and its pages", function () {
  this.timeout(60_000);
  const folder = useTemporaryFolder();

  it("has recipes for the terminal that work, one after the other", function () {
    if (process.platform === "win32") this.skip();
    const [keys, chain] = [makeKeys("P-256"), makeChain()];
    writeTree(folder(), {
      "llama-3-8b/config.json": "{}",
      "llama-3-8b/model.safetensors": "x",
      "llama-3-8b/notes.txt": "n",
      "llama-3-8b/cache/a": "a",
      "tiny.gguf": "GGUF",
      "prod.pem": keys.privatePem,
      "prod.pub": keys.publicPem,
      "alice.key": chain.leaf.keys.privatePem,
      "alice.pem": chain.leaf.pem,
      "intermediate.pem": chain.intermediate.pem,
      "root.pem": chain.root.pem,
    });
    // Each recipe that signs is for a model that is not signed yet.
    const unsigned = 'rm -f "$1.sig" "$1/model.sig"\n$&';
    const recipes = blocks("sh").map((block) =>
      block.replaceAll(/^model-provenance sign (?:key |certificate )?(\S+)/gm, unsigned),
    );
    const program = `model-provenance() { "${process.execPath}" "${CLI}" "$@"; }\n`;
    // The recipe that ends a pipeline would end this one as well, where it fails.
    const { status, stdout, stderr } = spawnSync("bash", ["-euc", program + recipes.join("")], {
      cwd: folder(),
      encoding: "utf8",
    });
    assert.equal(status, 0, stdout + stderr);
    const commands = recipes.join("").match(/^model-provenance /gm) ?? [];
    assert.ok(commands.length >= 12, String(commands.length));
    assert.equal(JSON.parse(readFileSync(join(folder(), "report.json"), "utf8")).verified, true);
  });

  it("has recipes with a login whose options exist", () => {
    writeTree(folder(), { "llama-3-8b/config.json": "{}", "sigstore.json": "{}" });
    const commands =
      blocks("shell")
        .join("")
        .replaceAll("\\\n", " ")
        .match(/^model-provenance (?:sign|verify) .*$/gm) ?? [];
    assert.equal(commands.length, 15);
    for (const command of commands) {
      // Nothing is asked for before the model is there: a login is not begun.
      const args = command.replace("llama-3-8b", "missing").split(/\s+/).slice(1);
      const { status, stderr } = spawnSync(
        process.execPath,
        [CLI, ...args, "--log-level", "ERROR", "--no-such-option"],
        {
          cwd: folder(),
          encoding: "utf8",
        },
      );
      assert.equal(status, 2, command);
      assert.match(stderr, /--no-such-option/, command);
    }
  });

  it("has an example of the library that works", () => {
    const [example, ...more] = blocks("js");
    assert.deepEqual(more, []);
    const local = (_: string, name: string): string =>
      `"${pathToFileURL(join(ROOT, "src/core/operations", name, `${name}.ts`)).href}"`;
    const source = (example ?? "").replaceAll(/"model-provenance\/(\w+)"/g, local);
    assert.notEqual(source, example);
    writeFileSync(join(folder(), "example.mjs"), source);
    const { status, stdout, stderr } = spawnSync(process.execPath, ["example.mjs"], {
      cwd: folder(),
      encoding: "utf8",
    });
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^signed sha256:[0-9a-f]{64}\nverified\nmodified config\.json\n$/);
  });

  it("has valid JSON, and links to files that exist", () => {
    for (const text of blocks("json")) assert.equal(JSON.parse(text).version, 2);
    for (const { name, text } of PAGES) {
      for (const [, target = ""] of text.matchAll(/\]\((?!https:)([^)#]+)\)/g)) {
        assert.ok(existsSync(join(ROOT, dirname(name), target)), `${name}: ${target}`);
      }
    }
  });
});
