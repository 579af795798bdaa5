import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, readFileSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findOrigin } from "../../../../src/core/origin/find-origin.ts";
import { contradictsRecord, type OriginFiles } from "../../../../src/core/origin/origin.ts";
import { pointerOf } from "../../../support/downloads/hub-files.ts";
import { useTemporaryFolder, writeTree } from "../../../support/temporary-folder.ts";

const NOTHING: OriginFiles = { match: [], changed: [], missing: [], extra: [], unrecorded: [] };
const WEIGHTS = Buffer.alloc(5000, 3);
const ENV = {
  PATH: process.env["PATH"] ?? "",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
  ...Object.fromEntries(
    ["AUTHOR", "COMMITTER"].flatMap((who) => [
      [`GIT_${who}_NAME`, "A"],
      [`GIT_${who}_EMAIL`, "a@b.c"],
    ]),
  ),
};

describe("the record of git and Git LFS", () => {
  const folder = useTemporaryFolder();
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "core.autocrlf=false", ...args], { cwd: folder(), env: ENV, encoding: "utf8" }).trim();
  const check = async (path = "tiny", checkDigests = true) => {
    const report = await findOrigin({ model: join(folder(), path), checkDigests });
    assert.ok(report.origin !== undefined, "there is no origin");
    return { ...report, origin: report.origin };
  };

  /** A commit as `git lfs` makes it: the pointer is committed, and the content lies in the work tree. */
  beforeEach(() => {
    git("init", "--quiet", "--initial-branch=main");
    git("remote", "add", "origin", "https://user:secret@huggingface.co/acme/tiny.git");
    writeTree(folder(), {
      "tiny/model.safetensors": pointerOf(WEIGHTS),
      "tiny/config.json": '{\n"a": 1\n}\n',
      "tiny/sub/vocab.txt": "a\nb\n",
      "other/readme.txt": "text\n",
    });
    git("add", ".");
    git("commit", "--quiet", "-m", "one");
    writeFileSync(join(folder(), "tiny/model.safetensors"), WEIGHTS);
    mkdirSync(join(folder(), ".git/lfs"));
  });

  it("has the digest of the committed objects, the commit, and the repository without a password", async () => {
    const report = await check();
    const revision = git("rev-parse", "HEAD");
    assert.deepEqual(report.origin, {
      source: "git-lfs",
      repository: "acme/tiny",
      revision,
      purl: `pkg:huggingface/acme/tiny@${revision}`,
      basis: "record",
      files: { ...NOTHING, match: ["config.json", "model.safetensors", "sub/vocab.txt"] },
    });
  });

  it("includes another host", async () => {
    git("remote", "set-url", "origin", "git@GitHub.com:acme/tiny.git");
    const { origin } = await check();
    assert.equal(origin.repository, "github.com/acme/tiny");
    assert.equal(origin.purl, undefined);
  });

  it("shows changed, removed and added files", async () => {
    const bytes = Buffer.from(WEIGHTS);
    bytes[0] = 4;
    writeFileSync(join(folder(), "tiny/model.safetensors"), bytes);
    unlinkSync(join(folder(), "tiny/sub/vocab.txt"));
    writeFileSync(join(folder(), "tiny/added.txt"), "");
    const report = await check();
    assert.deepEqual(report.origin.files, {
      ...NOTHING,
      match: ["config.json"],
      changed: ["model.safetensors"],
      missing: ["sub/vocab.txt"],
      unrecorded: ["added.txt"],
    });
    assert.equal(contradictsRecord(report), true);
  });

  it("has sizes without reading contents", async () => {
    appendFileSync(join(folder(), "tiny/model.safetensors"), "x");
    const { origin } = await check("tiny", false);
    assert.deepEqual(origin.files, {
      ...NOTHING,
      changed: ["model.safetensors"],
      unchecked: ["config.json", "sub/vocab.txt"],
    });
  });

  it("reports content that was never fetched", async () => {
    writeFileSync(join(folder(), "tiny/model.safetensors"), pointerOf(WEIGHTS));
    const report = await check();
    assert.deepEqual(report.origin.files.missing, ["model.safetensors"]);
    assert.deepEqual(report.pointers, [{ name: "model.safetensors", size: WEIGHTS.length }]);
    assert.equal(contradictsRecord(report), false);
  });

  it("matches a text whose line ends git converted", async () => {
    writeFileSync(join(folder(), "tiny/config.json"), '{\r\n"a": 1\r\n}\r\n');
    assert.deepEqual((await check()).origin.files.changed, []);
    writeFileSync(join(folder(), "tiny/config.json"), '{\r\n"a": 2\r\n}\r\n');
    assert.deepEqual((await check()).origin.files.changed, ["config.json"]);
  });

  it("is read from packs, with deltas, and from a linked work tree", async () => {
    const text = Array.from({ length: 400 }, (_, line) => `line ${line} of a text that makes a delta\n`).join("");
    writeFileSync(join(folder(), "tiny/long.txt"), text);
    writeFileSync(join(folder(), "tiny/longer.txt"), `${text}one more\n`);
    for (let at = 0; at < 30; at++)
      writeFileSync(join(folder(), `tiny/part-${at}.txt`), pointerOf(Buffer.alloc(at + 1)));
    git("add", "tiny/long.txt", "tiny/longer.txt", "tiny/part-*");
    git("commit", "--quiet", "-m", "two");
    for (let at = 0; at < 30; at++) writeFileSync(join(folder(), `tiny/part-${at}.txt`), Buffer.alloc(at + 1));
    const before = await check();
    git("repack", "-q", "-a", "-d", "-f", "--window=50");
    git("pack-refs", "--all");
    const packed = await check();
    assert.deepEqual(packed, before);
    assert.equal(packed.origin.files.match.length, 35);
    git("worktree", "add", "--quiet", "linked", "--detach");
    writeFileSync(join(folder(), "linked/tiny/model.safetensors"), WEIGHTS);
    const linked = await check("linked/tiny");
    assert.ok(linked.origin.files.match.includes("model.safetensors"));
    assert.deepEqual(linked.origin.files.changed, []);
    assert.ok(git("verify-pack", "-v", ...packs(git)).includes("chain length"), "there was no delta");
  });

  it("does not exist without a pointer, with an object missing, or in an unknown form", async () => {
    const none = async (path: string) => (await findOrigin({ model: join(folder(), path), checkDigests: true })).origin;
    assert.equal(await none("other"), undefined);
    const tree = git("rev-parse", "HEAD:tiny");
    const object = join(folder(), ".git/objects", tree.slice(0, 2), tree.slice(2));
    const bytes = readFileSync(object);
    renameSync(object, `${object}.away`);
    assert.equal(await none("tiny"), undefined);
    writeFileSync(object, bytes.subarray(0, bytes.length / 2));
    assert.equal(await none("tiny"), undefined);
    writeFileSync(join(folder(), ".git/HEAD"), "something else\n");
    assert.equal(await none("tiny"), undefined);
  });
});

function packs(git: (...args: string[]) => string): string[] {
  const folder = git("rev-parse", "--absolute-git-dir");
  return execFileSync("ls", [join(folder, "objects/pack")], { encoding: "utf8" })
    .split("\n")
    .filter((name) => name.endsWith(".idx"))
    .map((name) => join(folder, "objects/pack", name));
}
