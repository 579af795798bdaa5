import assert from "node:assert/strict";
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { asOrdinaryUser } from "../../support/ordinary-user.ts";
import type { CliResult } from "../../support/run-cli.ts";
import { runMain } from "../../support/run-main.ts";
import { useTemporaryFolder, writeTree } from "../../support/temporary-folder.ts";

const schemaOf = (name: string): object =>
  JSON.parse(readFileSync(new URL(`../../../schemas/${name}.schema.json`, import.meta.url), "utf8"));
const ajv = new Ajv2020({ strict: true, allErrors: true });
const isReport = ajv.compile(schemaOf("report"));
const isManifest = ajv.compile(schemaOf("manifest"));

const MIB = 1024 * 1024;
const FILES = {
  "config.json": "{}",
  "weights/1.bin": "0123456789",
  "weights/2.bin": "abcdefghijkl",
  "weights/3.bin": "xyz",
  empty: "",
};

describe("digest in parts", function () {
  this.timeout(60_000);
  const folder = useTemporaryFolder();
  const at = (name: string): string => join(folder(), name);
  /** Paths are relative to the temporary folder in messages, as `DIR`. */
  const run = async (...args: string[]): Promise<CliResult> => {
    const { status, stdout, stderr } = await runMain(args, { cwd: folder() });
    const shown = (text: string): string => text.replaceAll(folder(), "DIR");
    return { status, stdout: shown(stdout), stderr: shown(stderr) };
  };
  const part = (index: number, count = 3, ...more: string[]): Promise<CliResult> =>
    run("digest", at("llama"), `--part=${index}/${count}`, `--output=${at(`parts/${index}.json`)}`, ...more);
  const allParts = async (count = 3, ...more: string[]): Promise<void> => {
    for (let index = 0; index < count; index++) {
      const { status, stderr } = await part(index, count, ...more);
      assert.equal(status, 0, stderr);
    }
  };
  const merge = (...more: string[]): Promise<CliResult> =>
    run("digest", at("llama"), "--merge", at("parts"), "--output", at("all.json"), ...more);
  const rejects = ({ status, stdout, stderr }: CliResult, message: RegExp): void => {
    assert.match(stderr, message);
    assert.deepEqual([status, stdout], [2, ""]);
    // One line about the matter; of wrong usage, where help is.
    assert.equal(
      stderr
        .replace(/Try ".* --help"\.\n$/, "")
        .trimEnd()
        .split("\n").length,
      1,
      stderr,
    );
  };
  const names = (): string[] => readdirSync(at("parts")).sort();

  beforeEach(() => {
    writeTree(at("llama"), FILES);
    mkdirSync(at("parts"));
  });

  it("gives the digest of the whole, with manifests that match the published schema", async () => {
    await allParts();
    assert.deepEqual(names(), ["0.json", "1.json", "2.json"]);
    const merged = await merge();
    assert.equal(merged.status, 0, merged.stderr);
    assert.equal(merged.stdout, (await run("digest", at("llama"))).stdout);
    for (const name of ["parts/0.json", "parts/1.json", "parts/2.json", "all.json"])
      assert.ok(isManifest(JSON.parse(readFileSync(at(name), "utf8"))), JSON.stringify(isManifest.errors, null, 2));
  });

  it("prints what was read, and where it was written", async () => {
    const { stdout } = await part(0);
    assert.match(stdout, /^part 0\/3: 1 file, 12 B; read in \d+\.\d s, written to DIR\/parts\/0\.json\n$/);
  });

  it("gives the digest of the whole for shards of one file that several parts share", async () => {
    truncateSync(at("llama/weights/3.bin"), 150 * MIB + 1);
    const shards = ["--shard-size=40MiB", "--hash=blake3"];
    await allParts(3, ...shards);
    const starts = [0, 1, 2].map((index) => {
      const { files } = JSON.parse(readFileSync(at(`parts/${index}.json`), "utf8"));
      return files
        .filter(({ name }: { name: string }) => name === "weights/3.bin")
        .map(({ start }: { start: number }) => start / MIB);
    });
    assert.deepEqual(
      starts.flat().sort((a, b) => a - b),
      [0, 40, 80, 120],
    );
    assert.ok(
      starts.every(({ length }) => length > 0),
      JSON.stringify(starts),
    );
    assert.equal((await merge("--long")).stdout, (await run("digest", at("llama"), "--long", ...shards)).stdout);
  });

  it("gives the digest of a single file, and of a model whose signature lies in it", async () => {
    writeTree(folder(), { "tiny.gguf": "weights", "tiny-parts/": "" });
    for (const index of [0, 1]) {
      const output = `--output=${at(`tiny-parts/${index}.json`)}`;
      assert.equal((await run("digest", at("tiny.gguf"), `--part=${index}/2`, output)).status, 0);
    }
    const merged = await run("digest", at("tiny.gguf"), "--merge", at("tiny-parts"), "--output", at("tiny.json"));
    assert.equal(merged.stdout, (await run("digest", at("tiny.gguf"))).stdout);

    const unsigned = (await run("digest", at("llama"))).stdout;
    writeFileSync(at("llama/model.sig"), "an earlier signature");
    await allParts();
    assert.equal((await merge()).stdout, unsigned);
  });

  it("excludes the given paths in every part and in the merge", async () => {
    await allParts(2, "--ignore-paths", at("llama/weights"));
    const whole = await run("digest", at("llama"), "--ignore-paths", at("llama/weights"));
    assert.equal((await merge()).stdout, whole.stdout);
  });

  it("is reported as JSON", async () => {
    for (const result of [await part(0, 1, "--json"), await part(0, 1, "--json"), await merge("--json")]) {
      assert.equal(result.status, 0, result.stderr);
      assert.ok(isReport(JSON.parse(result.stdout)), JSON.stringify(isReport.errors, null, 2));
    }
  });

  describe("that is finished", () => {
    const manifest = () => {
      const { ino, mtimeNs, ctimeNs } = statSync(at("parts/0.json"), { bigint: true });
      return { ino, mtimeNs, ctimeNs };
    };
    /** Part 0 has the largest file only. */
    const file = () => at("llama/weights/2.bin");
    beforeEach(() => part(0));

    it("is not read again", async () => {
      const before = manifest();
      const { status, stdout } = await part(0);
      assert.equal(status, 0);
      assert.equal(stdout, "part 0/3: 1 file, 12 B; DIR/parts/0.json is up to date, nothing was read\n");
      assert.deepEqual(manifest(), before);
    });

    it("is not read again where a file of another part changed", async () => {
      utimesSync(at("llama/config.json"), 1, 1);
      assert.match((await part(0)).stdout, /nothing was read/);
    });

    const changes: Readonly<Record<string, () => void>> = {
      size: () => appendFileSync(file(), "m"),
      mtime: () => utimesSync(file(), 1, 1),
      "ctime only, with the old mtime": () => {
        const { atime, mtime } = statSync(file());
        chmodSync(file(), 0o600);
        utimesSync(file(), atime, mtime);
      },
      inode: () => {
        copyFileSync(file(), at("copy"));
        renameSync(at("copy"), file());
      },
    };
    for (const [what, change] of Object.entries(changes)) {
      it(`is done again where a file has another ${what}`, async () => {
        change();
        const { status, stdout } = await part(0);
        assert.equal(status, 0);
        assert.match(stdout, /read in .* written to/);
      });
    }

    it("is done again for other options, and as another part", async () => {
      assert.match((await part(0, 3, "--hash=blake3")).stdout, /read in/);
      assert.match((await part(0, 4, "--hash=blake3")).stdout, /read in/);
    });
  });

  describe("writes its manifest", () => {
    it("never over another file", async () => {
      for (const text of ["notes", "{}", '{"format":"model-provenance/manifest/v2"}']) {
        writeFileSync(at("parts/0.json"), text);
        rejects(await part(0), /parts\/0\.json is not a manifest .*It is not replaced: give another --output\./);
        await rm0AndMergeInto(text);
      }
    });

    async function rm0AndMergeInto(text: string): Promise<void> {
      assert.equal(readFileSync(at("parts/0.json"), "utf8"), text);
      rmSync(at("parts/0.json"));
      await allParts();
      writeFileSync(at("all.json"), text);
      rejects(await merge(), /all\.json is not a manifest .*It is not replaced/);
      assert.equal(readFileSync(at("all.json"), "utf8"), text);
      rmSync(at("all.json"));
    }

    it("not into the model, of which it would be a file", async () => {
      const inside = at("llama/parts.json");
      rejects(await run("digest", at("llama"), "--part=0/1", "--output", inside), /parts\.json is in the model/);
      rejects(await run("digest", at("llama"), "--merge", at("parts"), "--output", inside), /is in the model/);
      assert.ok(!existsSync(inside));
    });

    it("not if the folder is missing or not writable, and leaves nothing", async () => {
      rejects(await run("digest", at("llama"), "--part=0/1", "--output", at("none/0.json")), /not written \(ENOENT\)/);
      if (process.platform === "win32") return;
      await asOrdinaryUser(folder(), { [at("parts")]: 0o555 }, async () => {
        rejects(await part(0), /0\.json was not written \(EACCES\)/);
      });
      assert.deepEqual(names(), []);
    });

    it("not if a file cannot be read, and keeps an earlier one", async () => {
      await part(0);
      const before = readFileSync(at("parts/0.json"), "utf8");
      utimesSync(at("llama/weights/2.bin"), 1, 1);
      if (process.platform === "win32") return;
      await asOrdinaryUser(folder(), { [at("parts")]: 0o777, [at("llama/weights/2.bin")]: 0o000 }, async () => {
        assert.equal((await part(0)).status, 1);
      });
      assert.equal(readFileSync(at("parts/0.json"), "utf8"), before);
      assert.deepEqual(names(), ["0.json"]);
    });
  });

  describe("merge rejects", () => {
    beforeEach(() => allParts());

    const expectRejection = async (message: RegExp): Promise<void> => {
      rejects(await merge(), message);
      assert.ok(!existsSync(at("all.json")));
    };
    const edit = (index: number, change: (json: Record<string, unknown>) => Record<string, unknown>): void => {
      const path = at(`parts/${index}.json`);
      writeFileSync(path, JSON.stringify(change(JSON.parse(readFileSync(path, "utf8")))));
    };

    it("a folder without parts, or that does not exist", async () => {
      rmSync(at("parts"), { recursive: true });
      await expectRejection(/The folder DIR\/parts cannot be read: ENOENT/);
      mkdirSync(at("parts"));
      await expectRejection(/There is no manifest \(\*\.json\) in DIR\/parts/);
    });

    it("a part that is missing", async () => {
      rmSync(at("parts/1.json"));
      await expectRejection(/Of 3 parts, 1 is missing in DIR\/parts: run digest --part for 1\/3\./);
      rmSync(at("parts/0.json"));
      await expectRejection(/Of 3 parts, 2 are missing in DIR\/parts: run digest --part for 0\/3, 1\/3\./);
    });

    it("a part that exists twice", async () => {
      copyFileSync(at("parts/1.json"), at("parts/copy.json"));
      await expectRejection(/parts\/1\.json and DIR\/parts\/copy\.json are both part 1\/3: remove one of them/);
    });

    it("a file that is in two parts, and one that is in none", async () => {
      const files = (index: number) => JSON.parse(readFileSync(at(`parts/${index}.json`), "utf8")).files;
      const [own, others] = [files(0), files(1)];
      edit(1, (json) => ({ ...json, files: [...others, ...own] }));
      await expectRejection(
        /"weights\/2\.bin" is in part 0\/3 and part 1\/3: the model changed meanwhile, so run all parts again/,
      );
      edit(1, (json) => ({ ...json, files: others }));
      edit(0, (json) => ({ ...json, files: [] }));
      await expectRejection(/"weights\/2\.bin" is in no part: the model changed meanwhile, so run all parts again/);
    });

    it("parts of different runs", async () => {
      await part(2, 4);
      await expectRejection(/parts\/2\.json is one of 4 parts, and DIR\/parts\/0\.json one of 3/);
    });

    it("parts with different options", async () => {
      await part(2, 3, "--hash=blake3");
      await expectRejection(/parts\/2\.json was made with other options than DIR\/parts\/0\.json/);
      await part(2, 3, "--ignore-paths", at("llama/empty"));
      await expectRejection(/other options/);
    });

    const changes: Readonly<Record<string, readonly [() => void, RegExp]>> = {
      "changed in size": [
        () => appendFileSync(at("llama/weights/1.bin"), "x"),
        /"weights\/1\.bin" changed after part 1\/3 read it \(it had 10 bytes and has 11\): run all parts again/,
      ],
      "changed to as many bytes": [
        () => writeFileSync(at("llama/weights/1.bin"), "9876543210"),
        /"weights\/1\.bin" changed after part 1\/3 read it \(its times differ\)/,
      ],
      "was replaced": [
        () => {
          writeFileSync(at("new"), "0123456789");
          renameSync(at("new"), at("llama/weights/1.bin"));
        },
        /"weights\/1\.bin" changed after part 1\/3 read it \(another file took its place\)/,
      ],
      "was removed": [
        () => rmSync(at("llama/weights/1.bin")),
        /"weights\/1\.bin" changed after part 1\/3 read it \(it is not in llama\)/,
      ],
      "was added": [() => writeFileSync(at("llama/new"), "n"), /"new" is in no part: the model changed/],
    };
    for (const [what, [change, message]] of Object.entries(changes)) {
      it(`a model in which a file ${what} since`, async () => {
        change();
        await expectRejection(message);
      });
    }

    it("but not parts that were run again since", async () => {
      writeFileSync(at("llama/weights/1.bin"), "9876543210");
      await expectRejection(/changed/);
      await allParts();
      assert.equal((await merge()).stdout, (await run("digest", at("llama"))).stdout);
    });

    it("parts that digested a file in different states", async () => {
      truncateSync(at("llama/weights/3.bin"), 100 * MIB);
      await allParts(3, "--shard-size=40MiB");
      utimesSync(at("llama/weights/3.bin"), 1, 1);
      await part(1, 3, "--shard-size=40MiB");
      await expectRejection(/"weights\/3\.bin" changed after part [02]\/3 read it/);
    });

    it("a part of another model", async () => {
      writeTree(at("phi"), FILES);
      assert.equal((await run("digest", at("phi"), "--part=1/3", "--output", at("parts/1.json"))).status, 0);
      await expectRejection(
        /parts\/1\.json is of another model, "phi": "(empty|config\.json|weights\/1\.bin)" is not that of llama/,
      );
    });

    it("a file that is no manifest, or of a newer version", async () => {
      writeFileSync(at("parts/notes.json"), "{}");
      await expectRejection(/parts\/notes\.json is not a manifest/);
      writeFileSync(at("parts/notes.json"), "notes");
      await expectRejection(/parts\/notes\.json is not a manifest of digest --part or --merge: it is not JSON/);
    });
  });

  it("merges again into the same folder, and ignores what a killed part left", async () => {
    await allParts();
    writeFileSync(at("parts/.2.json.0123456789ab.tmp"), "half");
    writeFileSync(at("parts/.3.json"), "hidden");
    writeFileSync(at("parts/slurm-1.out"), "log");
    for (let time = 0; time < 2; time++) {
      const { status, stderr } = await merge("--output", at("parts/all.json"));
      assert.equal(status, 0, stderr);
    }
  });

  const usage: Readonly<Record<string, readonly [args: readonly string[], message: RegExp]>> = {
    "a part without an output": [["--part=0/2"], /--output is missing/],
    "a merge without an output": [["--merge=parts"], /--output is missing/],
    "an output alone": [["--output=x.json"], /--output needs --part or --merge/],
    "a part and a merge": [["--part=0/2", "--merge=parts", "--output=x.json"], /--part and --merge exclude/],
    "a hash for a merge": [["--merge=parts", "--output=x.json", "--hash=blake3"], /--hash and --merge exclude/],
    "a path to ignore for a merge": [
      ["--merge=parts", "--output=x.json", "--ignore-paths=a"],
      /--ignore-paths and --merge exclude/,
    ],
    ...Object.fromEntries(
      ["2/2", "0/0", "-1/2", "1", "a/b", "0/100001", "1/2/3", ""].map((text) => [
        `the part "${text}"`,
        [[`--part=${text}`, "--output=x.json"], /--part: ".*" is not I\/N with I from 0 to N-1/] as const,
      ]),
    ),
  };
  for (const [what, [args, message]] of Object.entries(usage)) {
    it(`rejects ${what}`, async () => {
      rejects(await run("digest", at("llama"), ...args), message);
    });
  }
});
