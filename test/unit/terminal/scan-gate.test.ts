import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { linkSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { useGatedFolder } from "../../support/gated-folder.ts";
import { asOrdinaryUser } from "../../support/ordinary-user.ts";
import { runMain } from "../../support/run-main.ts";
import { writeTree } from "../../support/temporary-folder.ts";

const windows = process.platform === "win32";

/** A scan that gates passes nothing that it did not look at. */
describe("scan --policy as a gate", function () {
  this.timeout(60_000);
  const { folder, at, run, policy, scan, sign, tamper, report, verdicts, failures, failsEverywhere } = useGatedFolder();

  it("passes signed models, and reports what it searched", async () => {
    const json = await report(0);
    assert.deepEqual(verdicts(json), ["models/llama verified"]);
    assert.deepEqual(json.failures, []);
    assert.deepEqual(json.searched, {
      folders: 2,
      files: 3,
      skipped: [],
      strays: [],
      notRequired: 0,
      exempted: { count: 0, paths: [] },
    });
  });

  describe("finds a model that was tampered with", () => {
    const PLACES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
      "next to an empty pyvenv.cfg": { "models/pyvenv.cfg": "" },
      "below a folder with a pyvenv.cfg": { "pyvenv.cfg": "" },
      "with a pyvenv.cfg in it": { "models/llama/pyvenv.cfg": "" },
      "next to a folder conda-meta": { "models/conda-meta/history": "" },
      "below a folder with conda-meta": { "conda-meta/history": "" },
      "with a conda-meta in it": { "models/llama/conda-meta/history": "" },
      "in an environment": { "pyvenv.cfg": "", "lib/python3.12/site-packages/x.py": "" },
    };
    for (const globs of [["models/**"], ["**"], ["models/*"], ["models/llama"]]) {
      for (const [title, files] of Object.entries(PLACES)) {
        it(`${title}, by ${globs}`, async () => {
          policy({ globs });
          writeTree(folder(), files);
          tamper();
          const { stdout, status } = await scan();
          assert.equal(status, 1);
          assert.match(stdout, /✗ Changed since signing {2}models\/llama {2}1 changed.* {2}rejected/);
        });
      }
    }

    for (const place of [
      "node_modules",
      "__pycache__",
      "node_modules/x/__pycache__",
      ".hidden",
      "env/lib/python3.12/site-packages",
    ]) {
      for (const globs of [["models/**"], ["**"], [`models/${place}/*`], [`models/${place}/llama`]]) {
        it(`below ${place}, by ${globs}`, async () => {
          policy({ globs, unsignedFiles: ["models/env/pyvenv.cfg"] });
          mkdirSync(at(`models/${place}`), { recursive: true });
          renameSync(at("models/llama"), at(`models/${place}/llama`));
          if (place.startsWith("env")) writeTree(folder(), { "models/env/pyvenv.cfg": "" });
          assert.deepEqual(verdicts(await report(0)), [`models/${place}/llama verified`]);
          tamper(`models/${place}/llama`);
          assert.deepEqual(verdicts(await report(1)), [`models/${place}/llama modified`]);
        });
      }
    }

    it("after 200 000 other files", async () => {
      policy({ globs: ["**"] });
      mkdirSync(at("a"));
      // Hard links are made much faster than files; a file system allows about a thousand of one file.
      for (let index = 0; index <= 200_000; index++) {
        if (index % 1_000 === 0) writeFileSync(at(`a/${index}`), "");
        else linkSync(at(`a/${index - (index % 1_000)}`), at(`a/${index}`));
      }
      tamper();
      const json = await report(1);
      assert.deepEqual(verdicts(json), ["models/llama modified"]);
      assert.ok(json.searched.files > 200_000);
      assert.ok(json.searched.notRequired > 200_000);
    });
  });

  describe("fails for a symbolic link", () => {
    beforeEach(function () {
      if (windows) this.skip();
      mkdirSync(at("elsewhere"));
    });
    const IS_LINK = /^models.* is a symbolic link and was not followed\./;

    for (const globs of [["models/**"], ["**"], ["models/*"], ["models/llama"]]) {
      it(`as the folder of the model, by ${globs}`, async () => {
        policy({ globs });
        renameSync(at("models/llama"), at("elsewhere/llama"));
        symlinkSync("../elsewhere/llama", at("models/llama"));
        await failsEverywhere("SEARCH_LINK", IS_LINK, "models/llama");
      });

      it(`as a folder above the model, by ${globs}`, async () => {
        policy({ globs });
        renameSync(at("models"), at("elsewhere/models"));
        symlinkSync("elsewhere/models", at("models"));
        await failsEverywhere("SEARCH_LINK", IS_LINK, "models");
      });
    }

    it("to a file, or to nothing", async () => {
      symlinkSync("llama/config.json", at("models/weights.pkl"));
      symlinkSync("nothing", at("models/gone"));
      const sentence =
        /^models\/(gone|weights\.pkl), models\/(gone|weights\.pkl) are symbolic links and were not followed\./;
      const [first = "", second = ""] =
        (await report(1)).failures.find(({ code }) => code === "SEARCH_LINK")?.paths ?? [];
      await failsEverywhere("SEARCH_LINK", sentence, first, second);
    });

    it("above the scanned folder", async () => {
      renameSync(at("models"), at("elsewhere/models"));
      symlinkSync("elsewhere/models", at("models"));
      const { status, stdout } = await run("scan", at("models/llama"), "--policy", at("model-policy.yaml"));
      assert.equal(status, 1);
      assert.match(stdout, /✗ models is a symbolic link and was not followed\./);
    });

    it("but not for one that is the given root of the patterns", async () => {
      symlinkSync(folder(), at("elsewhere/root"));
      const root = at("elsewhere/root");
      const { status, stdout } = await run("scan", root, "--policy", at("model-policy.yaml"), "--root", root);
      assert.equal(status, 0, stdout);
    });

    it("but only reports one if no policy requires a signature", async () => {
      policy({ globs: ["models/*/v1"], requireSignature: false });
      symlinkSync("../keys", at("models/keys"));
      assert.deepEqual((await report(1)).searched.skipped, [{ path: "models/keys", reason: "link" }]);
    });

    it("but not if unsignedFiles exempts everything there", async () => {
      symlinkSync("../keys", at("models/keys"));
      policy({ unsignedFiles: ["models/k*"] });
      assert.deepEqual(failures(await report(1)), ["SEARCH_LINK models/keys"]);
      policy({ unsignedFiles: ["models/keys/**"] });
      await report(0);
    });
  });

  it("fails for a folder that cannot be read", async function () {
    if (windows) this.skip();
    mkdirSync(at("models/closed"));
    await asOrdinaryUser(folder(), { [at("models/closed")]: 0o000 }, () =>
      failsEverywhere("SEARCH_UNREADABLE", /^models\/closed cannot be read/, "models/closed"),
    );
  });

  it("fails for anything that is neither file nor folder", async function () {
    if (windows) this.skip();
    execFileSync("mkfifo", [at("models/pipe.pkl")]);
    await failsEverywhere(
      "SEARCH_SPECIAL_FILE",
      /^models\/pipe\.pkl is neither a file nor a folder/,
      "models/pipe.pkl",
    );
  });

  it("fails for a name that is not UTF-8", async function () {
    if (process.platform !== "linux") this.skip();
    mkdirSync(Buffer.concat([Buffer.from(at("models/")), Buffer.from([0xff])]));
    await failsEverywhere("SEARCH_INCOMPLETE", /^models\/\ufffd was not searched/, "models/\ufffd");
  });

  it("searches for models outside of all patterns, and reports the folders that it skips", async () => {
    writeTree(folder(), {
      "node_modules/x/net.onnx": "",
      "env/pyvenv.cfg": "",
      "env/lib/python3.12/site-packages/net.onnx": "",
    });
    assert.deepEqual((await report(0)).searched.skipped, [
      { path: "node_modules", reason: "name" },
      { path: "env", reason: "environment" },
    ]);
    writeTree(folder(), { "other/net.onnx": "" });
    assert.deepEqual(verdicts(await report(1)), ["models/llama verified", "other unsigned"]);
  });

  it("scans a single file", async () => {
    writeTree(folder(), { "models/tiny.gguf": "GGUF" });
    const file = () => run("scan", at("models/tiny.gguf"), "--policy", at("model-policy.yaml"));
    assert.equal((await file()).status, 1);
    await sign("models/tiny.gguf", "prod", "models/tiny.gguf.sig");
    assert.equal((await file()).status, 0);
  });

  it("ends when it is interrupted", async () => {
    const { status } = await runMain(["scan", folder(), "--policy", at("model-policy.yaml")], {
      cwd: folder(),
      interruption: { signal: AbortSignal.abort(), exitStatus: 130, interrupt: () => {} },
    });
    assert.equal(status, 130);
  });
});
