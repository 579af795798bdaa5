import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { enumerateModel } from "../../../../src/core/model/enumerate.ts";
import { isGitFile, isGitLink } from "../../../../src/core/model/git-layout.ts";
import { findHiddenContent } from "../../../../src/core/model/hidden-content.ts";
import { GIT_PATHS, type IgnoreRule } from "../../../../src/core/model/ignore.ts";
import { TimeSlices } from "../../../../src/core/model/time-slices.ts";
import { skip } from "../../../support/results.ts";
import { useTemporaryFolder, writeTree } from "../../../support/temporary-folder.ts";

const DEFAULTS = GIT_PATHS.map((path): IgnoreRule => ({ path, source: "default" }));
const BRANCH = "a".repeat(40);

describe("the content that the default paths hide", function () {
  this.timeout(60_000);
  const folder = useTemporaryFolder();
  const hidden = async (ignore: readonly IgnoreRule[] = DEFAULTS) =>
    (await enumerateModel(folder(), { ignore, allowSymlinks: false })).hidden;
  const names = async () => (await hidden())?.names;

  it("is nothing in a repository that git and Git LFS made", async function () {
    const git = (...args: string[]): void => {
      const identity = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"];
      const { status, error, stderr } = spawnSync("git", [...identity, ...args], { cwd: folder(), encoding: "utf8" });
      if (error !== undefined) skip(this, "needs git");
      assert.equal(status, 0, stderr);
    };
    writeTree(folder(), { "model.bin": "x", ".gitignore": "*.tmp", ".gitattributes": "*.bin filter=lfs" });
    git("init", "--quiet");
    git("add", "model.bin");
    git("commit", "--quiet", "-m", "one");
    git("tag", "-a", "v1.0", "-m", "v1.0");
    git("gc", "--quiet");
    writeTree(folder(), { "model.bin": "y" });
    git("commit", "--quiet", "-a", "-m", "two");
    git("branch", "feature/x.py");
    git("stash", "list");
    git("worktree", "add", "--quiet", join(folder(), "..", `${BRANCH}-tree`), "feature/x.py");
    rmSync(join(folder(), "..", `${BRANCH}-tree`), { recursive: true });
    const object = "0123456789abcdef".repeat(4);
    writeTree(folder(), {
      [`.git/lfs/objects/01/23/${object}`]: "weights",
      ".git/modules/third/party/HEAD": "ref: refs/heads/main",
      ".git/modules/third/party/hooks/pre-commit.sample": "",
      ".git/index.lock": "",
    });
    assert.equal(await hidden(), undefined);
  });

  it("excludes hooks that Git LFS wrote, and includes any hook that would run something else", async () => {
    const warning = [
      "This repository is configured for Git LFS but 'git-lfs' was not found on your path.",
      "If you no longer wish to use Git LFS, remove this hook by deleting '.git/hooks/pre-push'.",
    ].join(" ");
    const begin = "#!/bin/sh\ncommand -v git-lfs >/dev/null 2>&1 ||";
    const hook = `${begin} { echo >&2 "\\n${warning}\\n"; exit 2; }\ngit lfs pre-push "$@"\n`;
    writeTree(folder(), { ".git/hooks/pre-push": hook });
    assert.equal(await hidden(), undefined);
    for (const [from, to] of [
      ['"$@"', '"$@";x'],
      ["was not found", "$(x)"],
      ["was not found", "`x`"],
      ["was not found", "\\"],
      ["was not found", '"; x "'],
    ] as const) {
      writeTree(folder(), { ".git/hooks/pre-push": hook.replace(from, () => to) });
      assert.deepEqual((await hidden())?.names, [".git/hooks/pre-push"], to);
    }
    writeTree(folder(), { ".git/hooks/pre-push": "", ".git/hooks/post-commit": hook });
    assert.deepEqual((await hidden())?.names, [".git/hooks/post-commit", ".git/hooks/pre-push"]);
  });

  it("includes what git does not store there: weights, scripts, active hooks", async () => {
    const foreign = [
      ".git/hooks/pre-commit",
      ".git/model.safetensors",
      ".git/modules/a/payload.py",
      ".git/objects/ab/payload",
      ".git/objects/pack/model.pack",
      ".git/x/y/z.bin",
      ".gitattributes/model.bin",
    ];
    writeTree(
      folder(),
      Object.fromEntries([...foreign, ".git/HEAD", ".git/hooks/pre-commit.sample", "a"].map((name) => [name, ""])),
    );
    assert.deepEqual(await hidden(), { names: foreign, count: foreign.length, complete: true });
  });

  it("includes everything in .github", async () => {
    const files = [".github/CODEOWNERS", ".github/scripts/run.sh", ".github/workflows/ci.yml"];
    writeTree(folder(), Object.fromEntries(files.map((name) => [name, ""])));
    assert.deepEqual(await names(), files);
    rmSync(join(folder(), ".github"), { recursive: true });
    writeFileSync(join(folder(), ".github"), "weights");
    assert.deepEqual(await names(), [".github"]);
  });

  it("includes a .git file that leads to no repository", async () => {
    for (const [content, expected] of [
      ["gitdir: ../.git/modules/llama\n", undefined],
      ["gitdir: /srv/llama.git", undefined],
      ["import os", [".git"]],
      ["", [".git"]],
      ["gitdir: x\nimport os\n", [".git"]],
      ["gitdir: x\0", [".git"]],
      [`gitdir: ${"x".repeat(10_000)}`, [".git"]],
    ] as const) {
      writeFileSync(join(folder(), ".git"), content);
      assert.deepEqual(await names(), expected, JSON.stringify(content.slice(0, 30)));
    }
  });

  it("includes a symlink instead of a default path, which is not followed", async function () {
    if (process.platform === "win32") skip(this, "links need rights that not everybody has on Windows");
    for (const name of GIT_PATHS) symlinkSync("nowhere", join(folder(), name));
    assert.deepEqual(await names(), [...GIT_PATHS]);
  });

  it("is found for every source of the ignore rule, unless it is signed", async () => {
    writeTree(folder(), { ".github/x.py": "", a: "" });
    for (const source of ["signer", "caller"] as const) {
      assert.equal((await hidden([{ path: ".github", source }]))?.count, 1);
    }
    assert.equal(await hidden([]), undefined);
    assert.equal(await hidden([{ path: ".", source: "signer" }]), undefined);
  });

  it("is named up to a hundred, and counted", async () => {
    mkdirSync(join(folder(), ".github"));
    for (let at = 0; at < 150; at++) writeFileSync(join(folder(), ".github", String(at).padStart(3, "0")), "");
    const found = await hidden();
    assert.deepEqual([found?.names.length, found?.names.at(-1), found?.count], [100, ".github/099", 150]);
  });

  it("is searched in a limited number of entries, the nearest first, which is reported", async () => {
    writeTree(folder(), { ".git/payload.py": "", ".git/HEAD": "" });
    for (let at = 0; at < 300; at++) writeTree(folder(), { [`.git/objects/aa/${String(at).padStart(38, "0")}`]: "" });
    const entry = { name: ".git", path: join(folder(), ".git"), kind: "folder" } as const;
    const found = await findHiddenContent([entry], new TimeSlices(undefined), 100);
    assert.deepEqual(found, { names: [".git/payload.py"], count: 1, complete: false });
    rmSync(join(folder(), ".git/payload.py"));
    const none = await findHiddenContent([entry], new TimeSlices(undefined), 100);
    assert.deepEqual(none, { names: [], count: 0, complete: false });
  });
});

describe("isGitFile", () => {
  const hash = "0123456789abcdef0123456789abcdef01234567";
  const own = [
    ...["HEAD", "config", "packed-refs", "COMMIT_EDITMSG", "index", "index.lock", "hooks/pre-push.sample"],
    ...["info/exclude", "logs/HEAD", "logs/refs/heads/main", "refs/heads/feature/x", "refs/tags/v1.0"],
    ...[`objects/01/${hash.slice(2)}`, `objects/pack/pack-${hash}.pack`, "objects/info/commit-graph"],
    ...["worktrees/x/HEAD", "worktrees/x/logs/HEAD", "modules/a/b/config", "modules/a/modules/b/HEAD"],
    ...["reftable/tables.list", "rebase-merge/git-rebase-todo", "rebase-apply/0001"],
  ];
  for (const path of own) it(`recognizes ${path}`, () => assert.equal(isGitFile(path), true));

  const foreign = [
    ...["payload", "PAYLOAD", "head", "HEAD.py", "hooks/pre-push", "hooks/x.sample/y", "info/x", "objects/x.bin"],
    ...["objects/0/1", "objects/pack/pack-x.pack", "modules/a/b.bin", "modules/HEAD", "lfs/objects/model.bin"],
    ...["rebase-merge/x.py", "config/x", ".lock", ""],
  ];
  for (const path of foreign) it(`rejects ${path}`, () => assert.equal(isGitFile(path), false));
});

describe("isGitLink", () => {
  it("is one line with a path", () => {
    assert.equal(isGitLink("gitdir: ../x\n"), true);
    assert.equal(isGitLink("gitdir: ../x\n\n"), false);
    assert.equal(isGitLink("gitdir: "), false);
  });
});
