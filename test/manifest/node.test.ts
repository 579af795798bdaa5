import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { transformSync } from "esbuild";
import * as v from "valibot";
import { fetchNode, pinned, ROOT } from "../../scripts/fetch.mjs";
import { nodeProblem } from "../../src/required-node.js";
import { makeChain } from "../support/certificates.ts";
import { skip } from "../support/results.ts";
import { useTemporaryFolder, writeTree } from "../support/temporary-folder.ts";
import { MANIFEST } from "./manifest.ts";

const RANGE = MANIFEST.engines.node;
const [OLDEST = ""] = minimums(RANGE);
/** Major and minor: what texts name. */
const NAMED = OLDEST.split(".").slice(0, 2).join(".");
const CLI = join(ROOT, "dist", "cli.js");

const Package = v.object({ engines: v.optional(v.object({ node: v.optional(v.string()) })) });
const Lock = v.object({ packages: v.record(v.string(), Package) });

function minimums(range: string): string[] {
  return range.split(" || ").map((text) => text.replace(/^\^|^>=/, ""));
}

function read(file: string): string {
  return readFileSync(join(ROOT, file), "utf8");
}

describe("the required Node version", () => {
  it("is written in a form that the check parses, oldest first", () => {
    assert.match(RANGE, /^(?:(?:\^|>=)\d+\.\d+\.\d+(?: \|\| |$))+$/);
    const majors = minimums(RANGE).map((text) => Number.parseInt(text, 10));
    assert.deepEqual(
      majors,
      majors.toSorted((a, b) => a - b),
    );
  });

  it("is the oldest that every bundled package supports", () => {
    const { packages } = v.parse(Lock, JSON.parse(read("package-lock.json")));
    const bundled = [...read("dist/third-party-notices.txt").matchAll(/^(\S+) \d+\.\d+\.\d+ \(/gm)].map(
      ([, name]) => name,
    );
    const needed = bundled.map((name) => packages[`node_modules/${name}`]?.engines?.node);
    const ranges = needed.filter((range) => range !== undefined);
    assert.ok(ranges.length > 5);
    for (const range of ranges) for (const least of minimums(RANGE)) assert.equal(nodeProblem(least, range), undefined);
    assert.ok(ranges.includes(RANGE), "no dependency needs what package.json names");
  });

  it("is the same in README, action, workflow and CONTRIBUTING", () => {
    const named: Readonly<Record<string, readonly RegExp[]>> = {
      "README.md": [/^Two commands, from a clone, with Node (\S+) or newer:$/m, /It needs Node (\S+) or newer;$/m],
      "docs/library.md": [/^The same operations, for Node (\S+) and newer,/m],
      "CONTRIBUTING.md": [/Node (\S+) or newer/],
      ".github/workflows/test.yml": [/os: ubuntu-latest, node: "(.+)"/],
    };
    for (const [file, patterns] of Object.entries(named)) {
      for (const pattern of patterns) assert.equal(pattern.exec(read(file))?.[1], NAMED, `${file}: ${pattern}`);
    }
    assert.match(read("README.md"), new RegExp(`of Node 24, ${/\^(24\.\d+)/.exec(RANGE)?.[1]} or newer`));
  });

  it("is the version that the scripts download", () => {
    const all: unknown = JSON.parse(read("scripts/pinned.json"));
    const Pins = v.object({ node: v.record(v.string(), v.object({ version: v.string() })) });
    for (const { version } of Object.values(v.parse(Pins, all).node))
      assert.equal(nodeProblem(version, RANGE), undefined);
    assert.equal(pinned("node-required")?.version ?? OLDEST, OLDEST);
  });
});

describe("dist/cli.js before its check", () => {
  const loaded = new Map<string, string>();
  before(() => {
    const pending = ["cli.js"];
    for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
      if (loaded.has(name)) continue;
      const code = read(`dist/${name}`);
      loaded.set(name, code);
      for (const [, imported] of code.matchAll(/(?:from|import)\s*"([^"]+)"/g)) {
        if (imported?.startsWith("node:")) continue;
        assert.match(imported ?? "", /^\.\//, `${name} imports ${imported}`);
        pending.push(imported?.slice(2) ?? "");
      }
    }
  });

  it("loads only the check", () => {
    const bytes = [...loaded.values()].reduce((sum, code) => sum + code.length, 0);
    assert.ok(bytes < 5000, `${bytes} bytes in ${[...loaded.keys()].join(", ")}`);
  });

  it("is JavaScript that Node 14 can parse", () => {
    for (const [name, code] of loaded) {
      const minified = (target: string) => transformSync(code, { target, minifyWhitespace: true }).code;
      assert.equal(minified("node14.13.1"), minified("esnext"), name);
    }
  });
});

describe("a Node version that is too old", function () {
  this.timeout(120_000);
  const node = useNode("node-too-old");

  for (const args of [[], ["--version"], ["--help"], ["scan", ".", "--policy", "model-policy.yaml"]]) {
    it(`ends the program with status 2 before anything else: ${args.join(" ") || "no argument"}`, () => {
      const { status, stdout, stderr } = node.run([CLI, ...args]);
      assert.equal(status, 2);
      assert.equal(stdout, "");
      const version = pinned("node-too-old")?.version;
      const needed = `model-provenance needs Node ${NAMED} or newer; this is Node ${version}.`;
      assert.equal(stderr, `${needed} Install it from https://nodejs.org.\n`);
    });
  }

  for (const [name, { default: file }] of libraryEntries()) {
    it(`makes the import of the library an error: ${name}`, () => {
      const entry = pathToFileURL(join(ROOT, file)).href;
      const code = `import(${JSON.stringify(entry)}).then(() => console.log("loaded"), ({ message }) => console.log(message))`;
      const { stdout, stderr } = node.run(["--input-type=module", "-e", code]);
      assert.match(stdout, new RegExp(`^model-provenance needs Node ${NAMED.replace(".", "\\.")} or newer;`), stderr);
    });
  }
});

describe("the oldest supported Node", function () {
  this.timeout(120_000);
  const node = useNode("node-required");
  const folder = useTemporaryFolder();
  const runs = (args: readonly string[], status = 0): string => {
    const done = node.run([CLI, ...args], folder());
    assert.equal(done.status, status, done.stdout + done.stderr);
    return done.stdout;
  };

  it("runs the program: certificates and policies", () => {
    assert.match(runs(["--version"]), /^model-provenance \d/);
    const { root, intermediate, leaf } = makeChain();
    writeTree(folder(), {
      "models/llama/config.json": "{}",
      "models/llama/model.safetensors": "x",
      "leaf.key": leaf.keys.privatePem,
      "leaf.pem": leaf.pem,
      "intermediate.pem": intermediate.pem,
      "root.pem": root.pem,
    });
    const signature = ["--signature", "models/llama/model.sig"];
    const certificate = ["--signing-certificate", "leaf.pem", "--certificate-chain", "intermediate.pem"];
    runs(["sign", "certificate", "models/llama", "--private-key", "leaf.key", ...certificate, ...signature]);
    runs(["verify", "certificate", "models/llama", "--certificate-chain", "root.pem", ...signature]);
    runs(["policy", "init", ".", "--certificate-chain", "root.pem", "--yes"]);
    runs(["scan", ".", "--policy", "model-policy.yaml"]);
    writeFileSync(join(folder(), "models/llama/config.json"), "[]");
    runs(["scan", ".", "--policy", "model-policy.yaml"], 1);
  });

  for (const [name, { default: file }] of libraryEntries()) {
    it(`loads the library: ${name}`, () => {
      const code = `await import(${JSON.stringify(pathToFileURL(join(ROOT, file)).href)}); console.log("loaded")`;
      const { stdout, stderr } = node.run(["--input-type=module", "-e", code]);
      assert.equal(stdout, "loaded\n", stderr);
    });
  }
});

function libraryEntries(): [string, { readonly default: string }][] {
  return Object.entries(MANIFEST.exports).flatMap(([name, { default: file }]) =>
    file === undefined ? [] : [[name, { default: file }]],
  );
}

/** Skips the suite where that Node cannot be fetched. */
function useNode(name: "node-required" | "node-too-old") {
  let program = "";
  before(function () {
    if (pinned(name) === undefined) skip(this, `needs the pinned ${name}, which npm does not have for this machine`);
    try {
      program = fetchNode(name);
    } catch (error) {
      skip(this, `needs npm's registry for ${name}: ${error instanceof Error ? error.message : error}`);
    }
  });
  return {
    run: (args: readonly string[], cwd = ROOT) => spawnSync(program, args, { cwd, encoding: "utf8", timeout: 60_000 }),
  };
}
