import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { makeKeys } from "../../support/keys.ts";
import { asOrdinaryUser } from "../../support/ordinary-user.ts";
import { policyText } from "../../support/policies.ts";
import { runMain } from "../../support/run-main.ts";
import { useTemporaryFolder, writeTree } from "../../support/temporary-folder.ts";

const SCHEMA: object = JSON.parse(
  readFileSync(new URL("../../../schemas/report.schema.json", import.meta.url), "utf8"),
);
const validate = new Ajv2020({ strict: true, allErrors: true }).compile(SCHEMA);
const windows = process.platform === "win32";
const keys = makeKeys();
const others = makeKeys();
const KEY = "key: { path: keys/prod.pub }";

interface JsonReport {
  readonly passed: boolean;
  readonly models: readonly { readonly path: string; readonly state: string; readonly passed: boolean }[];
  readonly failures: readonly {
    readonly code: string;
    readonly message: string;
    readonly passed: boolean;
    readonly paths: readonly string[];
    readonly count: number;
  }[];
  readonly searched: {
    readonly folders: number;
    readonly files: number;
    readonly skipped: readonly { readonly path: string; readonly reason: string }[];
    readonly notDemanded: number;
    readonly exempted: { readonly count: number; readonly paths: readonly string[] };
  };
}

/** A scan that gates passes nothing that it did not look at. */
describe("scan --policy as a gate", function () {
  this.timeout(60_000);
  const folder = useTemporaryFolder();
  const at = (name: string): string => join(folder(), name);
  const run = (...args: string[]) => runMain(args, { cwd: folder(), env: { HOME: folder() } });
  const policy = (parts: Partial<Parameters<typeof policyText>[0]> = {}): void =>
    writeFileSync(at("model-policy.yaml"), policyText({ globs: ["models/**"], authorities: [KEY], ...parts }));
  const scan = (...more: string[]) => run("scan", folder(), "--policy", at("model-policy.yaml"), ...more);

  const sign = async (model: string, key = "prod", signature = `${model}/model.sig`): Promise<void> => {
    const privateKey = at(`keys/${key}.pem`);
    const { status, stderr } = await run(
      "sign",
      "key",
      at(model),
      "--private-key",
      privateKey,
      "--signature",
      at(signature),
    );
    assert.equal(status, 0, stderr);
  };
  const tamper = (model = "models/llama"): void => appendFileSync(at(`${model}/config.json`), " ");

  const report = async (status: number, ...more: string[]): Promise<JsonReport> => {
    const result = await scan("--json", ...more);
    assert.equal(result.status, status, result.stdout + result.stderr);
    const json: JsonReport = JSON.parse(result.stdout);
    assert.ok(validate(json) as boolean, JSON.stringify(validate.errors, null, 2));
    assert.equal(json.passed, status === 0);
    return json;
  };
  const verdicts = ({ models }: JsonReport): string[] =>
    models.map(({ path, state }) => `${path.slice(folder().length + 1).replaceAll("\\", "/")} ${state}`);
  const failures = (json: JsonReport): string[] => json.failures.map(({ code, paths }) => [code, ...paths].join(" "));

  /** The scan fails, and says so in every format with the same code and sentence. */
  const failsEverywhere = async (code: string, sentence: RegExp, ...paths: string[]): Promise<void> => {
    const json = await report(1);
    const found = json.failures.find((failure) => failure.code === code);
    assert.ok(found, JSON.stringify(json.failures));
    assert.match(found.message, sentence);
    assert.deepEqual(found.paths, paths);
    const text = await scan();
    assert.equal(text.status, 1);
    assert.ok(
      text.stdout.includes(`\n✗ ${found.message}\n`) || text.stdout.startsWith(`✗ ${found.message}\n`),
      text.stdout,
    );
    assert.match(text.stdout, /\d failures? of the search\n$/);
    const sarif = await scan("--format", "sarif");
    assert.equal(sarif.status, 1);
    const [{ tool, results }] = JSON.parse(sarif.stdout).runs;
    const result = results.find(({ ruleId }: { ruleId: string }) => ruleId === code);
    assert.deepEqual([result.level, result.message.text], ["error", found.message]);
    assert.ok(result.locations.length > 0);
    assert.ok(tool.driver.rules.some(({ id }: { id: string }) => id === code));
    const junit = await scan("--format", "junit");
    assert.equal(junit.status, 1);
    assert.match(junit.stdout, new RegExp(`<testcase classname="search" name="${code}`));
    assert.match(junit.stdout, new RegExp(`<failure message="[^"]*" type="${code}">`));
    assert.match(junit.stdout, /<testsuites name="model-provenance" tests="\d+" failures="[1-9]/);
  };

  beforeEach(async () => {
    writeTree(folder(), {
      "keys/prod.pem": keys.privatePem,
      "keys/prod.pub": keys.publicPem,
      "keys/other.pem": others.privatePem,
      "keys/other.pub": others.publicPem,
      "models/llama/config.json": "{}",
      "models/llama/model.safetensors": "weights",
    });
    await sign("models/llama");
    policy();
  });

  it("passes what is signed, and reports how far it looked", async () => {
    const json = await report(0);
    assert.deepEqual(verdicts(json), ["models/llama verified"]);
    assert.deepEqual(json.failures, []);
    assert.deepEqual(json.searched, {
      folders: 2,
      files: 3,
      skipped: [],
      notDemanded: 0,
      exempted: { count: 0, paths: [] },
    });
  });

  describe("finds a model that was tampered with", () => {
    const PLACES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
      "beside an empty pyvenv.cfg": { "models/pyvenv.cfg": "" },
      "below a folder with a pyvenv.cfg": { "pyvenv.cfg": "" },
      "with a pyvenv.cfg in it": { "models/llama/pyvenv.cfg": "" },
      "beside a folder conda-meta": { "models/conda-meta/history": "" },
      "below a folder with conda-meta": { "conda-meta/history": "" },
      "with a conda-meta in it": { "models/llama/conda-meta/history": "" },
      "in what is an environment": { "pyvenv.cfg": "", "lib/python3.12/site-packages/x.py": "" },
    };
    for (const globs of [["models/**"], ["**"], ["models/*"], ["models/llama"]]) {
      for (const [title, files] of Object.entries(PLACES)) {
        it(`${title}, by ${globs}`, async () => {
          policy({ globs });
          writeTree(folder(), files);
          tamper();
          const { stdout, status } = await scan();
          assert.equal(status, 1);
          assert.match(stdout, /✗ Changed since signing {2}models\/llama {2}1 changed.* {2}refused/);
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
      assert.ok(json.searched.notDemanded > 200_000);
    });
  });

  describe("a symbolic link", () => {
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

    it("to a file, or to nothing, is one as well", async () => {
      symlinkSync("llama/config.json", at("models/weights.pkl"));
      symlinkSync("nothing", at("models/gone"));
      const sentence =
        /^models\/(gone|weights\.pkl), models\/(gone|weights\.pkl) are symbolic links and were not followed\./;
      const [first = "", second = ""] =
        (await report(1)).failures.find(({ code }) => code === "SEARCH_LINK")?.paths ?? [];
      await failsEverywhere("SEARCH_LINK", sentence, first, second);
    });

    it("above the folder that is scanned", async () => {
      renameSync(at("models"), at("elsewhere/models"));
      symlinkSync("elsewhere/models", at("models"));
      const { status, stdout } = await run("scan", at("models/llama"), "--policy", at("model-policy.yaml"));
      assert.equal(status, 1);
      assert.match(stdout, /✗ models is a symbolic link and was not followed\./);
    });

    it("as the root of the patterns is what the person named", async () => {
      symlinkSync(folder(), at("elsewhere/root"));
      const root = at("elsewhere/root");
      const { status, stdout } = await run("scan", root, "--policy", at("model-policy.yaml"), "--root", root);
      assert.equal(status, 0, stdout);
    });

    it("where no policy demands a signature, is only reported", async () => {
      policy({ globs: ["models/*/v1"], requireSignature: false });
      symlinkSync("../keys", at("models/keys"));
      assert.deepEqual((await report(1)).searched.skipped, [{ path: "models/keys", reason: "link" }]);
    });

    it("may lie where unsignedFiles exempts everything", async () => {
      symlinkSync("../keys", at("models/keys"));
      policyWith(["models/k*"]);
      assert.deepEqual(failures(await report(1)), ["SEARCH_LINK models/keys"]);
      policyWith(["models/keys/**"]);
      await report(0);
    });
  });

  const policyWith = (unsignedFiles: readonly string[], parts: Partial<Parameters<typeof policyText>[0]> = {}): void =>
    policy({ unsignedFiles, ...parts });

  describe("files without a signature", () => {
    it("below a literal beginning are each a failure, whatever they are called", async () => {
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
      it(`of a known format are demanded by **: ${name}`, async () => {
        policy({ globs: ["**"] });
        rmSync(at("models/llama"), { recursive: true });
        writeTree(folder(), { [`models/forest/${name}`]: "x", "models/forest/columns": "x" });
        const json = await report(1);
        assert.deepEqual(verdicts(json), ["models/forest unsigned"]);
      });
    }

    it("are counted where ** does not demand them", async () => {
      policy({ globs: ["**"] });
      writeTree(folder(), { "notes.txt": "", "src/main.py": "" });
      const { status, stdout } = await scan();
      assert.equal(status, 0, stdout);
      assert.match(stdout, /\nNot demanded: 6 files outside of models, not signed and of no known format\n/);
      assert.equal((await report(0)).searched.notDemanded, 6);
    });

    it("are named up to ten, and then counted", async () => {
      writeTree(folder(), Object.fromEntries(Array.from({ length: 13 }, (_, i) => [`models/${i}.dat`, ""])));
      const [failure] = (await report(1)).failures;
      assert.deepEqual([failure?.code, failure?.paths.length, failure?.count], ["SEARCH_UNCOVERED", 10, 13]);
      assert.match(failure?.message ?? "", / and 3 more\. /);
    });

    it("are warned about where the policy only warns", async () => {
      policy({ mode: "warn" });
      writeTree(folder(), { "models/x.dat": "" });
      const json = await report(0);
      assert.deepEqual(
        json.failures.map(({ code, passed }) => [code, passed]),
        [["SEARCH_UNCOVERED", true]],
      );
      assert.match((await scan()).stdout, /\n! Not covered by any signature: models\/x\.dat\./);
      assert.equal(JSON.parse((await scan("--format", "sarif")).stdout).runs[0].results[0].level, "warning");
      assert.match((await scan("--format", "junit")).stdout, /failures="0"/);
    });

    it("are no failure where no signature is demanded, or an exception is made", async () => {
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

    it("are signatures beside what they sign, or none at all", async () => {
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

    it("are the policy itself and its lock file", async () => {
      renameSync(at("model-policy.yaml"), at("models/model-policy.yaml"));
      writeTree(folder(), { "models/model-policy.lock": "{}" });
      const result = await run("scan", folder(), "--policy", at("models/model-policy.yaml"), "--root", folder());
      // Its key is relative to its own folder.
      assert.equal(result.status, 2);
      writeFileSync(
        at("models/model-policy.yaml"),
        policyText({ globs: ["models/**"], authorities: [`key: { data: ${JSON.stringify(keys.publicPem)} }`] }),
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

    it("that unsignedFiles exempts are named in the report", async () => {
      writeTree(folder(), { "models/index.json": "", "models/docs/a.md": "", "models/docs/b/c.md": "" });
      assert.equal((await report(1)).failures[0]?.count, 3);
      policyWith(["models/index.json", "models/docs/**"]);
      const { exempted } = (await report(0)).searched;
      assert.equal(exempted.count, 3);
      assert.deepEqual([...exempted.paths].sort(), ["models/docs/a.md", "models/docs/b/c.md", "models/index.json"]);
      const { stdout } = await scan();
      assert.match(stdout, /\nExempt by unsignedFiles: models\/.*, models\/.*, models\/.*\n/);
      assert.match((await scan("--format", "junit")).stdout, /<property name="searched\.exempted" value="models\//);
      // What is added to a signed model is the verification's to report.
      policyWith(["models/**"]);
      writeTree(folder(), { "models/llama/added": "" });
      assert.deepEqual(verdicts(await report(1)), ["models/llama modified"]);
    });

    it("that one policy exempts are still demanded by another", async () => {
      writeTree(folder(), { "models/index.json": "" });
      const text = [
        policyText({ globs: ["models/**"], authorities: [KEY], unsignedFiles: ["models/*.json"] }),
        policyText({ name: "strict", globs: ["models/**"], authorities: [KEY] }),
      ].join("---\n");
      writeFileSync(at("model-policy.yaml"), text);
      assert.deepEqual(failures(await report(1)), ["SEARCH_UNCOVERED models/index.json"]);
    });
  });

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

    it("is not the repository's own .git, by * at the top", async () => {
      policy({ globs: ["*"], unsignedFiles: ["keys/**"] });
      renameSync(at("models/llama"), at("llama"));
      rmSync(at("models"), { recursive: true });
      writeTree(folder(), { ".git/config": "", ".git/hooks/x": "" });
      assert.deepEqual(verdicts(await report(0)), ["llama verified"]);
    });

    it("is verified as a whole where only a part of it is scanned", async () => {
      policy({ globs: ["models/*"] });
      writeTree(folder(), { "models/bert/sub/x": "" });
      const { status, stdout } = await run("scan", at("models/bert/sub"), "--policy", at("model-policy.yaml"));
      assert.equal(status, 1);
      assert.match(stdout, /! Not signed {2}models\/bert {2}refused/);
    });

    it("may have its signature where only the policy knows", async () => {
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

    it("is missing", async () => {
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
      it(`is nothing at all: ${glob}`, async () => {
        policy({ globs: ["models/**", glob] });
        await failsEverywhere(
          "SEARCH_NOTHING_FOUND",
          /^No model matches the pattern .* of team\..*--allow-empty\.$/,
          glob,
        );
        await report(0, "--allow-empty");
      });
    }

    it("is nothing at all, by **", async () => {
      policy({ globs: ["**"] });
      rmSync(at("models"), { recursive: true });
      await failsEverywhere("SEARCH_NOTHING_FOUND", /^No model matches/, "**");
      await report(0, "--allow-empty");
    });

    it("is files in a signed model, which are there", async () => {
      policy({ globs: ["models/*", "models/**/*.safetensors"] });
      await report(0);
    });

    it("lies outside of what is scanned", async () => {
      mkdirSync(at("empty"));
      const args = ["scan", at("empty"), "--policy", at("model-policy.yaml")];
      const { status, stdout } = await run(...args);
      assert.equal(status, 1);
      assert.match(stdout, /✗ There is nothing in .*empty that a policy covers\./);
      assert.equal((await run(...args, "--allow-empty")).status, 0);
    });

    it("may be absent where a policy only forbids", async () => {
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
    it("is not met by a signature that only a weaker one accepts", async () => {
      rmSync(at("models/llama/model.sig"));
      const text = [
        policyText({ name: "anything", globs: ["."], authorities: ["key: { path: keys/other.pub }"] }),
        policyText({ name: "models", globs: ["models/**"], authorities: [KEY] }),
      ].join("---\n");
      writeFileSync(at("model-policy.yaml"), text);
      await sign(".", "other", "model.sig");
      const json = await report(1);
      assert.deepEqual(verdicts(json), [" verified", "models/llama unsigned"]);
    });

    it("is not met by an unsigned model that a weaker one lets pass", async () => {
      writeTree(folder(), { "a/x.pt": "", "a/b/c/y.dat": "" });
      const text = [
        policyText({ name: "weak", globs: ["**"], authorities: [KEY], requireSignature: false }),
        policyText({ name: "strict", globs: ["a/b/**"], authorities: [KEY] }),
      ].join("---\n");
      writeFileSync(at("model-policy.yaml"), text);
      assert.deepEqual(failures(await report(1)), ["SEARCH_UNCOVERED a/b/c/y.dat"]);
    });
  });

  it("fails for a folder that cannot be read", async function () {
    if (windows) this.skip();
    mkdirSync(at("models/closed"));
    await asOrdinaryUser(folder(), { [at("models/closed")]: 0o000 }, () =>
      failsEverywhere("SEARCH_UNREADABLE", /^models\/closed cannot be read/, "models/closed"),
    );
  });

  it("fails for what is neither file nor folder", async function () {
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

  it("leaves what no pattern reaches to a search, and reports what that passes over", async () => {
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
