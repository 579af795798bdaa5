import assert from "node:assert/strict";
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { KEY, prodKeys, useGatedFolder } from "../../support/gated-folder.ts";
import { policyText } from "../../support/policies.ts";
import { writeTree } from "../../support/temporary-folder.ts";

/** Below a pattern with a literal beginning, every file is covered by a signature, or fails the scan. */
describe("scan --policy", function () {
  this.timeout(60_000);
  const { folder, at, run, policy, scan, sign, report, verdicts, failures, failsEverywhere } = useGatedFolder();

  describe("reports that unsigned files", () => {
    it("each fail below a literal prefix, whatever their name", async () => {
      rmSync(at("models/llama/model.sig"));
      renameSync(at("models/llama/model.safetensors"), at("models/llama/weights"));
      await failsEverywhere(
        "SEARCH_UNCOVERED",
        /^Not covered by any signature: models\/llama\/(config\.json|weights), models\/llama\/(config\.json|weights)\. /,
        ...((await report(1)).failures[0]?.paths ?? []),
      );
    });

    for (const name of [
      "model.pkl",
      "model.joblib",
      "x.nemo",
      "x.pte",
      "x.litertlm",
      "MLmodel",
      "x.npz",
      "x.pt",
      "x.h5",
    ]) {
      it(`fail by ** if they have a known format: ${name}`, async () => {
        policy({ globs: ["**"] });
        rmSync(at("models/llama"), { recursive: true });
        writeTree(folder(), { [`models/forest/${name}`]: "x", "models/forest/columns": "x" });
        const json = await report(1);
        assert.deepEqual(verdicts(json), ["models/forest unsigned"]);
      });
    }

    it("are only counted if ** does not require a signature", async () => {
      policy({ globs: ["**"] });
      writeTree(folder(), { "notes.txt": "", "src/main.py": "" });
      const { status, stdout } = await scan();
      assert.equal(status, 0, stdout);
      assert.match(stdout, /\nNo signature required: 6 files outside of models, not signed and of no known format\n/);
      assert.equal((await report(0)).searched.notRequired, 6);
    });

    it("are named up to ten, and then counted", async () => {
      writeTree(folder(), Object.fromEntries(Array.from({ length: 13 }, (_, i) => [`models/${i}.dat`, ""])));
      const [failure] = (await report(1)).failures;
      assert.deepEqual([failure?.code, failure?.paths.length, failure?.count], ["SEARCH_UNCOVERED", 10, 13]);
      assert.match(failure?.message ?? "", / and 3 more\. /);
    });

    it("are warnings if the policy only warns", async () => {
      policy({ mode: "warn" });
      writeTree(folder(), { "models/x.dat": "" });
      const json = await report(0);
      assert.deepEqual(
        json.failures.map(({ code, passed }) => [code, passed]),
        [["SEARCH_UNCOVERED", true]],
      );
      const { stdout } = await scan();
      assert.match(stdout, /\n! Not covered by any signature: models\/x\.dat\./);
      assert.match(stdout, / 0 rejected, 1 warning of the search\n$/);
      assert.equal(JSON.parse((await scan("--format", "sarif")).stdout).runs[0].results[0].level, "warning");
      assert.match((await scan("--format", "junit")).stdout, /failures="0"/);
    });

    it("do not fail if no signature is required, or an exception is made", async () => {
      writeTree(folder(), { "models/x.dat": "", "models/bert/model.gguf": "" });
      policy({ requireSignature: false });
      await report(0);
      policy({ authorities: [KEY, "static: { action: pass, message: until 2027 }"] });
      await report(0);
    });

    it("are exempt by a few names at any depth", async () => {
      const names = ["README.md", "LICENSE", "LICENSE.txt", "NOTICE", "CHANGELOG.md", ".gitignore", ".gitattributes"];
      writeTree(
        folder(),
        Object.fromEntries(
          names.flatMap((name) => [
            [`models/${name}`, ""],
            [`models/a/b/${name}`, ""],
          ]),
        ),
      );
      await report(0);
      policy({ globs: ["models/*"] });
      rmSync(at("models/a"), { recursive: true });
      await report(0);
    });

    for (const name of [
      "SKILL.md",
      "skill.md",
      "AGENTS.md",
      "CLAUDE.md",
      "notes.md",
      "README.pkl",
      "LICENSE.safetensors",
      "readme.md",
      "README/x",
      "model-policy.yaml",
      "weights.sig",
      "x.sigstore.json",
    ]) {
      it(`are not exempt by another name: ${name}`, async () => {
        writeTree(folder(), { [`models/${name}`]: "\x80\x04pickle" });
        await report(1);
      });
    }

    it("do not fail as signatures next to what they sign, but fail anywhere else", async () => {
      writeTree(folder(), { "models/tiny.gguf": "GGUF", "models/bert/x.bin": "" });
      await sign("models/tiny.gguf", "prod", "models/tiny.gguf.sig");
      await sign("models/bert", "prod", "models/bert.sig");
      assert.deepEqual(verdicts(await report(0)), [
        "models/bert verified",
        "models/llama verified",
        "models/tiny.gguf verified",
      ]);
      const embedded = `\x80\x04${readFileSync(at("models/bert.sig"), "utf8")}`;
      writeTree(folder(), { "models/other.sig": embedded });
      assert.deepEqual(failures(await report(1)), ["SEARCH_UNCOVERED models/other.sig"]);
    });

    it("do not fail as the policy itself and its lock file", async () => {
      renameSync(at("model-policy.yaml"), at("models/model-policy.yaml"));
      writeTree(folder(), { "models/model-policy.lock.json": "{}" });
      const result = await run("scan", folder(), "--policy", at("models/model-policy.yaml"), "--root", folder());
      // Its key is relative to its own folder.
      assert.equal(result.status, 2);
      writeFileSync(
        at("models/model-policy.yaml"),
        policyText({ globs: ["models/**"], authorities: [`key: { data: ${JSON.stringify(prodKeys.publicPem)} }`] }),
      );
      const { status, stdout } = await run(
        "scan",
        folder(),
        "--policy",
        at("models/model-policy.yaml"),
        "--root",
        folder(),
      );
      assert.equal(status, 0, stdout);
    });

    it("are named in the report if unsignedFiles exempts them", async () => {
      writeTree(folder(), { "models/index.json": "", "models/docs/a.md": "", "models/docs/b/c.md": "" });
      assert.equal((await report(1)).failures[0]?.count, 3);
      policy({ unsignedFiles: ["models/index.json", "models/docs/**"] });
      const { exempted } = (await report(0)).searched;
      assert.equal(exempted.count, 3);
      assert.deepEqual([...exempted.paths].sort(), ["models/docs/a.md", "models/docs/b/c.md", "models/index.json"]);
      const { stdout } = await scan();
      assert.match(stdout, /\nExempt by unsignedFiles: models\/.*, models\/.*, models\/.*\n/);
      assert.match((await scan("--format", "junit")).stdout, /<property name="searched\.exempted" value="models\//);
      // What is added to a signed model is the verification's to report.
      policy({ unsignedFiles: ["models/**"] });
      writeTree(folder(), { "models/llama/added": "" });
      assert.deepEqual(verdicts(await report(1)), ["models/llama modified"]);
    });

    it("fail if one policy exempts them and another does not", async () => {
      writeTree(folder(), { "models/index.json": "" });
      const text = [
        policyText({ globs: ["models/**"], authorities: [KEY], unsignedFiles: ["models/*.json"] }),
        policyText({ name: "strict", globs: ["models/**"], authorities: [KEY] }),
      ].join("---\n");
      writeFileSync(at("model-policy.yaml"), text);
      assert.deepEqual(failures(await report(1)), ["SEARCH_UNCOVERED models/index.json"]);
    });
  });
});
