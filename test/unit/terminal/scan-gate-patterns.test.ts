import assert from "node:assert/strict";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { KEY, useGatedFolder } from "../../support/gated-folder.ts";
import { policyText } from "../../support/policies.ts";
import { writeTree } from "../../support/temporary-folder.ts";

/** What a pattern names has to be there, and signed as its own policy demands. */
describe("scan --policy, for the patterns of policies:", function () {
  this.timeout(60_000);
  const { folder, at, run, policy, scan, sign, report, verdicts, failures, failsEverywhere } = useGatedFolder();

  describe("what a pattern names", () => {
    it("is a model and must be signed, whatever is in it", async () => {
      writeTree(folder(), { "models/rows/data.csv": "a", "models/prompt.txt": "b" });
      policy({ globs: ["models/*"] });
      assert.deepEqual(verdicts(await report(1)), [
        "models/llama verified",
        "models/prompt.txt unsigned",
        "models/rows unsigned",
      ]);
      await sign("models/rows");
      await sign("models/prompt.txt", "prod", "models/prompt.txt.sig");
      await report(0);
    });

    it("does not include the repository's own .git, by * at the top", async () => {
      policy({ globs: ["*"], unsignedFiles: ["keys/**"] });
      renameSync(at("models/llama"), at("llama"));
      rmSync(at("models"), { recursive: true });
      writeTree(folder(), { ".git/config": "", ".git/hooks/x": "" });
      assert.deepEqual(verdicts(await report(0)), ["llama verified"]);
    });

    it("is verified as a whole if only a part of it is scanned", async () => {
      policy({ globs: ["models/*"] });
      writeTree(folder(), { "models/bert/sub/x": "" });
      const { status, stdout } = await run("scan", at("models/bert/sub"), "--policy", at("model-policy.yaml"));
      assert.equal(status, 1);
      assert.match(stdout, /! Not signed {2}models\/bert {2}rejected/);
    });

    it("may have its signature at a path that only the policy names", async () => {
      writeTree(folder(), { "models/rows/data.csv": "a" });
      await sign("models/rows", "prod", "models/rows/sig.json");
      assert.deepEqual(
        failures(await report(1)).map((text) => text.split(" ")[0]),
        ["SEARCH_UNCOVERED"],
      );
      rmSync(at("models/llama"), { recursive: true });
      policy({ verification: "{ signaturePath: sig.json }" });
      assert.deepEqual(verdicts(await report(0)), ["models/rows verified"]);
    });

    it("is reported as missing", async () => {
      policy({ globs: ["models/llama", "models/gone"] });
      await failsEverywhere(
        "SEARCH_PATH_MISSING",
        /^There is nothing at models\/gone, where the policy team demands/,
        "models/gone",
      );
      assert.deepEqual(failures(await report(1, "--allow-empty")), ["SEARCH_PATH_MISSING models/gone"]);
      const sarif = JSON.parse((await scan("--format", "sarif")).stdout);
      const { physicalLocation } = sarif.runs[0].results[0].locations[0];
      assert.deepEqual(
        [physicalLocation.artifactLocation.uri, physicalLocation.region.startLine],
        ["model-policy.yaml", 7],
      );
    });

    for (const glob of ["gone/**", "gone/*", "models/*/v1", "models/**/*.bin"]) {
      it(`fails if it matches nothing: ${glob}`, async () => {
        policy({ globs: ["models/**", glob] });
        await failsEverywhere(
          "SEARCH_NOTHING_FOUND",
          /^No model matches the pattern .* of team\..*--allow-empty\.$/,
          glob,
        );
        await report(0, "--allow-empty");
      });
    }

    it("fails if it matches nothing, by **", async () => {
      policy({ globs: ["**"] });
      rmSync(at("models"), { recursive: true });
      await failsEverywhere("SEARCH_NOTHING_FOUND", /^No model matches/, "**");
      await report(0, "--allow-empty");
    });

    it("may be files in a signed model", async () => {
      policy({ globs: ["models/*", "models/**/*.safetensors"] });
      await report(0);
    });

    it("fails if it is all outside of what is scanned", async () => {
      mkdirSync(at("empty"));
      const args = ["scan", at("empty"), "--policy", at("model-policy.yaml")];
      const { status, stdout } = await run(...args);
      assert.equal(status, 1);
      assert.match(stdout, /✗ There is nothing in .*empty that a policy covers\./);
      assert.equal((await run(...args, "--allow-empty")).status, 0);
    });

    it("may be missing if a policy only forbids", async () => {
      const text = [
        policyText({ globs: ["models/**"], authorities: [KEY] }),
        policyText({ name: "banned", globs: ["banned/**"], authorities: ["static: { action: fail }"] }),
      ].join("---\n");
      writeFileSync(at("model-policy.yaml"), text);
      await report(0);
      writeTree(folder(), { "banned/x": "" });
      assert.deepEqual(failures(await report(1)), ["SEARCH_UNCOVERED banned/x"]);
    });
  });

  describe("a stricter policy below a model", () => {
    it("is not satisfied by a signature that only a weaker one accepts", async () => {
      rmSync(at("models/llama/model.sig"));
      const text = [
        policyText({ name: "anything", globs: ["."], authorities: ["key: { path: keys/other.pub }"] }),
        policyText({ name: "models", globs: ["models/**"], authorities: [KEY] }),
      ].join("---\n");
      writeFileSync(at("model-policy.yaml"), text);
      await sign(".", "other", "model.sig", "--force"); // the keys lie in there, too
      const json = await report(1);
      assert.deepEqual(verdicts(json), [" verified", "models/llama unsigned"]);
    });

    for (const [title, signature] of [
      ["is called one", "{"],
      ["names what is elsewhere", "../elsewhere"],
    ] as const) {
      it(`is not satisfied by a file above it that ${title}`, async () => {
        writeTree(folder(), { "models/x.dat": "", "models/model.sig": signature });
        const json = await report(1);
        assert.deepEqual(verdicts(json), ["models invalid", "models/llama verified"]);
        assert.deepEqual(failures(json), ["SEARCH_UNCOVERED models/model.sig models/x.dat"]);
      });
    }

    it("is not satisfied by an accepted signer's signature of a folder that it does not cover", async () => {
      rmSync(at("models/llama/model.sig"));
      writeTree(folder(), { "models/x.dat": "" });
      await sign("models");
      const json = await report(1);
      assert.deepEqual(verdicts(json), ["models untrusted", "models/llama unsigned"]);
      assert.deepEqual(failures(json), ["SEARCH_UNCOVERED models/x.dat"]);
      policy({ globs: ["models", "models/**"] });
      assert.deepEqual(verdicts(await report(0)), ["models verified"]);
    });

    it("is not satisfied by an unsigned model that a weaker one allows", async () => {
      writeTree(folder(), { "a/x.pt": "", "a/b/c/y.dat": "" });
      const text = [
        policyText({ name: "weak", globs: ["**"], authorities: [KEY], requireSignature: false }),
        policyText({ name: "strict", globs: ["a/b/**"], authorities: [KEY] }),
      ].join("---\n");
      writeFileSync(at("model-policy.yaml"), text);
      assert.deepEqual(failures(await report(1)), ["SEARCH_UNCOVERED a/b/c/y.dat"]);
    });
  });
});
