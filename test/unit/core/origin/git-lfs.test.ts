import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, readFileSync, renameSync, truncateSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
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

  it("does not exist in a hostile repository, which takes neither long nor much memory", async () => {
    const objects = join(folder(), ".git/objects");
    const started = process.cpuUsage();
    const none = async (tree: string) => {
      const commit = `tree ${tree}\nauthor A <a@b.c> 0 +0000\ncommitter A <a@b.c> 0 +0000\n\n`;
      writeLoose(objects, ID, "commit", Buffer.from(commit));
      writeFileSync(join(folder(), ".git/HEAD"), `${ID}\n`);
      assert.equal((await findOrigin({ model: folder(), checkDigests: false })).origin, undefined);
    };
    const file = Buffer.concat([Buffer.from("100644 f\0"), Buffer.alloc(20, 9)]);
    const itself = Buffer.concat([file, Buffer.from("40000 a\0"), Buffer.alloc(20, 2)]);
    writeLoose(objects, "02".repeat(20), "tree", itself);
    await none("02".repeat(20));
    writeLoose(objects, "03".repeat(20), "tree", Buffer.alloc(200_000_000));
    await none("03".repeat(20));
    const zeros = deflateSync(Buffer.alloc(10));
    const entries = {
      "a delta of itself, by its offset": [Buffer.from([0x6a, 0]), zeros],
      "a delta of itself, by its name": [Buffer.from([0x7a]), Buffer.alloc(20, 4), zeros],
      "more bytes than it says": [Buffer.from([0x2a]), deflateSync(Buffer.alloc(200_000_000))],
      "as many bytes as a base may have": [Buffer.from([0xa0, 0x80, 0x80, 0x40]), deflateSync(Buffer.alloc(100))],
      "nothing at all": [],
    };
    for (const entry of Object.values(entries)) {
      writePack(objects, "04".repeat(20), Buffer.concat(entry));
      await none("04".repeat(20));
    }
    truncateSync(join(objects, `pack/pack-${ID}.idx`), 300_000_000);
    await none("04".repeat(20));
    assert.ok(process.cpuUsage(started).user < 10e6, "more than 10 seconds of processor time");
    assert.ok(process.resourceUsage().maxRSS < 1_500_000, "more than 1.5 GB");
  });
});

const ID = "01".repeat(20);

function writeLoose(objects: string, id: string, type: string, content: Buffer): void {
  mkdirSync(join(objects, id.slice(0, 2)), { recursive: true });
  const bytes = deflateSync(Buffer.concat([Buffer.from(`${type} ${content.length}\0`), content]));
  writeFileSync(join(objects, id.slice(0, 2), id.slice(2)), bytes);
}

/** A pack with this entry alone. */
function writePack(objects: string, id: string, entry: Buffer): void {
  const header = Buffer.from("5041434b0000000200000001", "hex");
  const counts = Buffer.alloc(1024);
  for (let at = Number.parseInt(id.slice(0, 2), 16); at < 256; at++) counts.writeUInt32BE(1, at * 4);
  const offset = Buffer.from([0, 0, 0, header.length]);
  const ids = [Buffer.from("ff744f6300000002", "hex"), counts, Buffer.from(id, "hex"), Buffer.alloc(4), offset];
  mkdirSync(join(objects, "pack"), { recursive: true });
  writeFileSync(join(objects, `pack/pack-${ID}.pack`), Buffer.concat([header, entry, Buffer.alloc(20)]));
  writeFileSync(join(objects, `pack/pack-${ID}.idx`), Buffer.concat([...ids, Buffer.alloc(40)]));
}

function packs(git: (...args: string[]) => string): string[] {
  const folder = git("rev-parse", "--absolute-git-dir");
  return execFileSync("ls", [join(folder, "objects/pack")], { encoding: "utf8" })
    .split("\n")
    .filter((name) => name.endsWith(".idx"))
    .map((name) => join(folder, "objects/pack", name));
}
