import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { lstatSync, mkdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import fc from "fast-check";
import { type EnumerateOptions, enumerateModel } from "../../../../src/core/model/enumerate.ts";
import type { FileList } from "../../../../src/core/model/file-list.ts";
import type { IgnoreRule } from "../../../../src/core/model/ignore.ts";
import { GIT_PATHS } from "../../../../src/core/model/ignore.ts";
import { compareCodePoints } from "../../../../src/core/model/names.ts";
import { statLine } from "../../../../src/core/model/stat-line.ts";
import { asOrdinaryUser } from "../../../support/ordinary-user.ts";
import { useTemporaryFolder, writeTree } from "../../../support/temporary-folder.ts";

const windows = process.platform === "win32";
const mac = process.platform === "darwin";

/** Windows forbids such names, or lets only administrators make such entries. */
const notOnWindows = windows ? it.skip : it;

function list(root: string, options: Partial<EnumerateOptions> = {}) {
  return enumerateModel(root, { ignore: [], allowSymlinks: false, ...options });
}

function names(found: FileList): string[] {
  return found.files.map((file) => file.name);
}

describe("enumerateModel", function () {
  this.timeout(60_000); // some tests make thousands of files
  const folder = useTemporaryFolder();

  describe("a folder", () => {
    it("lists files by canonical name, with size, times and identity as on disk", async () => {
      writeTree(folder(), { "config.json": "{}", "weights/model.bin": "12345", "weights/empty": "", "hollow/": "" });
      const found = await list(folder());
      assert.equal(found.root, folder());
      assert.equal(found.kind, "directory");
      assert.deepEqual(names(found), ["config.json", "weights/empty", "weights/model.bin"]);
      assert.equal(found.totalBytes, 7);
      assert.deepEqual([found.ignored, found.refused, found.outside], [[], [], []]);
      for (const file of found.files) {
        const stats = lstatSync(join(folder(), file.name), { bigint: true });
        assert.deepEqual(file, {
          name: file.name,
          path: join(folder(), file.name),
          size: Number(stats.size),
          state: [stats.size, stats.mtimeNs, stats.ctimeNs, stats.dev, stats.ino].join(" "),
        });
      }
    });

    it("accepts a relative path, a final separator and `.`", async () => {
      writeTree(folder(), { "model/a": "a" });
      const cwd = process.cwd();
      try {
        process.chdir(folder());
        assert.deepEqual(names(await list("model/")), ["a"]);
        process.chdir("model");
        assert.equal((await list(".")).root, join(folder(), "model"));
      } finally {
        process.chdir(cwd);
      }
    });

    it("returns an empty list for an empty folder, which the caller may reject", async () => {
      assert.deepEqual(names(await list(folder())), []);
    });

    it("orders by code point of the whole name, across folders", async () => {
      writeTree(folder(), { "a/b": "", "a.b": "", "a-b/c": "", a0: "", B: "", "\uff21": "", "\u{1f600}": "" });
      assert.deepEqual(names(await list(folder())), ["B", "a-b/c", "a.b", "a/b", "a0", "\uff21", "\u{1f600}"]);
    });

    it("lists a tree 200 folders deep", async () => {
      const deep = Array.from({ length: 200 }, (_, level) => `level-${level}`).join("/");
      writeTree(folder(), { [`${deep}/bottom.bin`]: "x", "top.bin": "y" });
      assert.deepEqual(names(await list(folder())), [`${deep}/bottom.bin`, "top.bin"]);
    });

    it("lists 20 000 files in order without blocking the event loop", async () => {
      for (let group = 0; group < 2; group++) {
        mkdirSync(join(folder(), `group-${group}`));
        for (let i = 0; i < 10_000; i++)
          writeFileSync(join(folder(), `group-${group}`, `${(i * 7919) % 10_000}.txt`), "");
      }
      let turns = 0;
      let listing = true;
      const turn = () => {
        turns++;
        if (listing) setImmediate(turn);
      };
      setImmediate(turn);
      const found = await list(folder());
      listing = false;
      assert.equal(found.files.length, 20_000);
      assert.deepEqual(names(found), names(found).sort(compareCodePoints));
      assert.ok(turns > 2, `the event loop turned ${turns} times`);
    });
  });

  describe("names", () => {
    notOnWindows("keeps unusual names exactly as listed", async () => {
      const unusual = [
        "line\nbreak",
        "tab\tand space ",
        "colons:0:10",
        "-rf",
        "...",
        "*?[]",
        "'\"$(x)`",
        "模型",
        "\u{1f600}\u{1f3fd}",
        "\u202egnp.exe",
        `${"n".repeat(251)}.bin`,
        "ü".repeat(127),
      ];
      for (const name of unusual) writeFileSync(join(folder(), name), "x");
      assert.deepEqual(names(await list(folder())), unusual.sort(compareCodePoints));
    });

    it("keeps composed and decomposed forms apart", async function () {
      if (mac) this.skip(); // its file systems take the two for one name
      writeTree(folder(), { "\u00e9.bin": "composed", "e\u0301.bin": "decomposed" });
      assert.deepEqual(names(await list(folder())), ["e\u0301.bin", "\u00e9.bin"]);
    });

    it("names a file as the folder lists it, not as it was asked for", async () => {
      writeTree(folder(), { "Model.bin": "x" });
      assert.deepEqual(names(await list(folder())), ["Model.bin"]);
      const asked = join(folder(), "model.bin");
      const caseMatters = lstatSync(asked, { throwIfNoEntry: false }) === undefined;
      if (caseMatters) await assert.rejects(list(asked), { code: "MODEL_NOT_FOUND" });
      else assert.deepEqual(names(await list(asked)), ["Model.bin"]);
    });

    notOnWindows("rejects a name that is not UTF-8, and accepts a real replacement character", async function () {
      if (mac) this.skip(); // its file systems refuse such names themselves
      const bad = Buffer.concat([Buffer.from(`${folder()}/bad-`), Buffer.from([0xff, 0x2e])]);
      const badFolder = Buffer.concat([Buffer.from(`${folder()}/`), Buffer.from([0xed, 0xa0, 0x80])]);
      writeFileSync(bad, "x");
      mkdirSync(badFolder);
      writeFileSync(Buffer.concat([badFolder, Buffer.from("/inside")]), "x");
      writeTree(folder(), { "bad-\ufffd.": "genuine", "dir\ufffd/x": "in a genuine folder", plain: "" });
      const found = await list(folder());
      assert.deepEqual(names(found), ["bad-\ufffd.", "dir\ufffd/x", "plain"]);
      assert.deepEqual(found.refused, [
        { name: "bad-\ufffd.", reason: "not-utf8" },
        { name: "\ufffd\ufffd\ufffd", reason: "not-utf8" },
      ]);
      assert.equal(found.files[0]?.size, 7);
    });

    const foreign = ["..\\up", "C:x", "a.", "back\\slash", "d\\e/f", "nul.txt", "sub/C:x"];

    notOnWindows("lists names that Windows cannot have", async () => {
      writeTree(folder(), Object.fromEntries(foreign.map((name) => [name, ""])));
      assert.deepEqual(names(await list(folder())), foreign);
    });

    notOnWindows("rejects them on Windows, which would open another file", async () => {
      writeTree(folder(), { ...Object.fromEntries(foreign.map((name) => [name, ""])), "sub/fine": "" });
      const found = await list(folder(), { platform: "win32" });
      assert.deepEqual(names(found), ["sub/fine"]);
      assert.deepEqual(
        found.refused,
        foreign.map((name) => ({ name, reason: "not-portable" })),
      );
    });
  });

  describe("ignored paths", () => {
    const defaults = GIT_PATHS.map((path): IgnoreRule => ({ path, source: "default" }));

    it("are the default paths at the top only, and those that exist are reported", async () => {
      writeTree(folder(), {
        ".git/HEAD": "",
        ".gitattributes": "",
        ".gitmodules": "",
        "sub/.git/HEAD": "",
        "sub/.gitignore": "",
        "a.bin": "",
      });
      const found = await list(folder(), { ignore: defaults });
      assert.deepEqual(names(found), [".gitmodules", "a.bin", "sub/.git/HEAD", "sub/.gitignore"]);
      assert.deepEqual(found.ignored, [
        { name: ".git", source: "default" },
        { name: ".gitattributes", source: "default" },
      ]);
    });

    it("match whole paths: neither a longer name nor another case", async () => {
      writeTree(folder(), { cache: "", "cache.bin": "", "sub/cache/x": "", "sub/cache2/x": "", Other: "" });
      const ignore: IgnoreRule[] = [
        { path: "cache", source: "caller" },
        { path: "sub/cache", source: "signer" },
        { path: "other", source: "signer" },
        { path: "absent", source: "signer" },
      ];
      const found = await list(folder(), { ignore });
      assert.deepEqual(names(found), ["Other", "cache.bin", "sub/cache2/x"]);
      assert.deepEqual(found.ignored, [
        { name: "cache", source: "caller" },
        { name: "sub/cache", source: "signer" },
      ]);
    });

    it("are reported with the first of several rules that match", async () => {
      writeTree(folder(), { "model.sig": "", a: "" });
      const rule = (source: IgnoreRule["source"]): IgnoreRule => ({ path: "model.sig", source });
      const first = await list(folder(), { ignore: [rule("signature"), rule("signer"), rule("caller")] });
      assert.deepEqual(first.ignored, [{ name: "model.sig", source: "signature" }]);
      const second = await list(folder(), { ignore: [rule("caller"), rule("signature")] });
      assert.deepEqual(second.ignored, [{ name: "model.sig", source: "caller" }]);
    });

    it("are not reported again below an ignored folder", async () => {
      writeTree(folder(), { "sub/x/y": "" });
      const ignore: IgnoreRule[] = [
        { path: "sub/x", source: "caller" },
        { path: "sub", source: "signer" },
      ];
      assert.deepEqual((await list(folder(), { ignore })).ignored, [{ name: "sub", source: "signer" }]);
    });

    it("are everything for `.`", async () => {
      writeTree(folder(), { a: "", "model.sig": "" });
      const ignore: IgnoreRule[] = [
        { path: "model.sig", source: "signature" },
        { path: ".", source: "signer" },
      ];
      const found = await list(folder(), { ignore });
      assert.deepEqual(found.files, []);
      assert.deepEqual(found.ignored, [{ name: ".", source: "signer" }]);
    });

    notOnWindows("are not read at all: no symlink, no pipe, no unreadable folder", async () => {
      writeTree(folder(), { "skip/a": "", b: "" });
      symlinkSync("nowhere", join(folder(), "skip", "broken"));
      symlinkSync("..", join(folder(), "cycle"));
      execFileSync("mkfifo", [join(folder(), "pipe")]);
      const ignore = ["skip", "cycle", "pipe"].map((path): IgnoreRule => ({ path, source: "caller" }));
      const found = await list(folder(), { ignore, allowSymlinks: true });
      assert.deepEqual([names(found), found.refused], [["b"], []]);
      assert.deepEqual(
        found.ignored.map((entry) => entry.name),
        ["cycle", "pipe", "skip"],
      );
    });
  });

  describe("special files", () => {
    notOnWindows("are rejected by name: pipes and sockets", async () => {
      writeTree(folder(), { a: "", "sub/": "" });
      execFileSync("mkfifo", [join(folder(), "sub", "pipe")]);
      const server = createServer();
      await new Promise<void>((done) => server.listen(join(folder(), "socket"), done));
      try {
        const found = await list(folder());
        assert.deepEqual(names(found), ["a"]);
        assert.deepEqual(found.refused, [
          { name: "socket", reason: "special" },
          { name: "sub/pipe", reason: "special" },
        ]);
      } finally {
        await new Promise((done) => server.close(done));
      }
    });

    notOnWindows("are rejected as the model itself: a pipe and a device", async () => {
      const pipe = join(folder(), "pipe");
      execFileSync("mkfifo", [pipe]);
      await assert.rejects(list(pipe), { code: "MODEL_SPECIAL_FILE" });
      await assert.rejects(list("/dev/null"), { code: "MODEL_SPECIAL_FILE" });
    });
  });

  describe("symbolic links", () => {
    function link(target: string, name: string): void {
      symlinkSync(target, join(folder(), name));
    }

    notOnWindows("are rejected and not followed if they are not allowed", async () => {
      writeTree(folder(), { "model/a": "a", "model/sub/": "", outside: "" });
      link("a", "model/file");
      link("sub", "model/folder");
      link("nowhere", "model/broken");
      link("../outside", "model/out");
      const found = await list(join(folder(), "model"));
      assert.deepEqual(names(found), ["a"]);
      assert.deepEqual(
        found.refused,
        ["broken", "file", "folder", "out"].map((name) => ({ name, reason: "symlink" })),
      );
      assert.deepEqual(found.outside, []);
    });

    notOnWindows("have their own name, and the target's size and identity, if they are followed", async () => {
      writeTree(folder(), { "data/real.bin": "12345" });
      link("data/real.bin", "one");
      link("one", "two");
      const found = await list(folder(), { allowSymlinks: true });
      assert.deepEqual(names(found), ["data/real.bin", "one", "two"]);
      const stats = statSync(join(folder(), "data/real.bin"), { bigint: true });
      for (const file of found.files) {
        assert.equal(file.path, join(folder(), "data/real.bin"));
        assert.deepEqual([file.size, file.state], [5, statLine(stats)]);
      }
      assert.equal(found.totalBytes, 15);
      assert.deepEqual(found.outside, []);
    });

    notOnWindows("to folders are followed each time", async () => {
      writeTree(folder(), { "data/x": "x", "data/deep/y": "y" });
      link("data", "again");
      link("data/deep", "short");
      const found = await list(folder(), { allowSymlinks: true });
      assert.deepEqual(names(found), ["again/deep/y", "again/x", "data/deep/y", "data/x", "short/y"]);
      assert.deepEqual(found.refused, []);
    });

    notOnWindows("are subject to ignore rules by their name in the model, also below a linked folder", async () => {
      writeTree(folder(), { "data/x": "x", "data/y": "y" });
      link("data", "again");
      const found = await list(folder(), { allowSymlinks: true, ignore: [{ path: "again/x", source: "caller" }] });
      assert.deepEqual(names(found), ["again/y", "data/x", "data/y"]);
    });

    notOnWindows("that lead out of the model are reported, also from inside a linked folder", async () => {
      writeTree(folder(), { "model/a": "a", "blobs/1": "1", "blobs/more/2": "2", "model-v2/b": "b" });
      link("../blobs/1", "model/file");
      link("../blobs", "model/folder");
      link("../model-v2", "model/neighbour");
      link("1", "blobs/inner");
      link("../model/a", "model/home");
      const found = await list(join(folder(), "model"), { allowSymlinks: true });
      assert.deepEqual(names(found), ["a", "file", "folder/1", "folder/inner", "folder/more/2", "home", "neighbour/b"]);
      assert.deepEqual(found.outside, ["file", "folder", "folder/inner", "neighbour"]);
    });

    notOnWindows("are rejected in cycles of every kind", async () => {
      writeTree(folder(), { "model/sub/deep/x": "x", "other/y": "y" });
      link(".", "model/self");
      link("..", "model/sub/up");
      link("../..", "model/sub/deep/top");
      link("..", "model/parent");
      link("loop", "model/loop");
      link("pong", "model/ping");
      link("ping", "model/pong");
      link("../model/sub", "other/back");
      link("../../other", "model/sub/other");
      const found = await list(join(folder(), "model"), { allowSymlinks: true });
      assert.deepEqual(names(found), ["sub/deep/x", "sub/other/y"]);
      const cycles = ["loop", "parent", "ping", "pong", "self", "sub/deep/top", "sub/other/back", "sub/up"];
      assert.deepEqual(
        found.refused,
        cycles.map((name) => ({ name, reason: "symlink-cycle" })),
      );
    });

    notOnWindows("to each other's folders are detected after one turn", async () => {
      writeTree(folder(), { "a/x": "", "b/y": "" });
      link("../b", "a/to-b");
      link("../a", "b/to-a");
      const found = await list(folder(), { allowSymlinks: true });
      assert.deepEqual(names(found), ["a/to-b/y", "a/x", "b/to-a/x", "b/y"]);
      assert.deepEqual(found.refused, [
        { name: "a/to-b/to-a", reason: "symlink-cycle" },
        { name: "b/to-a/to-b", reason: "symlink-cycle" },
      ]);
    });

    notOnWindows("stop the listing if a few of them make millions of files", async () => {
      // Every folder leads twice to the next: 40 of them make 2 to the power of 40 ways to the last.
      const long = "n".repeat(120);
      for (let level = 0; level < 40; level++) {
        mkdirSync(join(folder(), "folders", String(level)), { recursive: true });
        for (const way of [`a${long}`, `b${long}`]) link(`../${level + 1}`, `folders/${level}/${way}`);
      }
      writeTree(folder(), { "folders/40/end": "" });
      await assert.rejects(list(join(folder(), "folders", "0"), { allowSymlinks: true }), {
        code: "MODEL_TOO_LARGE",
        details: { path: join(folder(), "folders", "0"), limit: 2_000_000 },
      });
    });

    notOnWindows(
      "refuses links to nothing, to devices, and with names that their file system cannot hold",
      async () => {
        writeTree(folder(), { a: "a" });
        link("nowhere", "broken");
        link("a/below-a-file", "wrong");
        link("/dev/null", "device");
        link("a", "back\\slash");
        const found = await list(folder(), { allowSymlinks: true, platform: "win32" });
        assert.deepEqual(names(found), ["a"]);
        assert.deepEqual(found.refused, [
          { name: "back\\slash", reason: "not-portable" },
          { name: "broken", reason: "symlink-broken" },
          { name: "device", reason: "special" },
          { name: "wrong", reason: "symlink-broken" },
        ]);
      },
    );

    notOnWindows("are followed for the model path itself", async () => {
      writeTree(folder(), { "real/a": "a" });
      link("real", "alias");
      const found = await list(join(folder(), "alias"));
      assert.equal(found.root, join(folder(), "alias"));
      assert.deepEqual(names(found), ["a"]);
      assert.equal(found.files[0]?.path, join(folder(), "real/a"));
      assert.deepEqual(names(await list(`${folder()}/alias/`)), ["a"]);
    });

    notOnWindows("through the model path's own alias are inside of the model", async () => {
      writeTree(folder(), { "real/a": "a" });
      link("real", "alias");
      symlinkSync(join(folder(), "real", "a"), join(folder(), "real", "b"));
      const found = await list(join(folder(), "alias"), { allowSymlinks: true });
      assert.deepEqual([names(found), found.outside], [["a", "b"], []]);
    });
  });

  describe("a single file", () => {
    it("is named by its basename", async () => {
      writeTree(folder(), { "sub/model.gguf": "12345", "sub/other": "" });
      const path = join(folder(), "sub", "model.gguf");
      const found = await list(path);
      assert.equal(found.root, path);
      assert.equal(found.kind, "file");
      assert.deepEqual(names(found), ["model.gguf"]);
      assert.equal(found.files[0]?.path, path);
      assert.equal(found.totalBytes, 5);
    });

    it("is ignored by a rule for it", async () => {
      writeTree(folder(), { "m.gguf": "x" });
      for (const rule of ["m.gguf", "."]) {
        const found = await list(join(folder(), "m.gguf"), { ignore: [{ path: rule, source: "caller" }] });
        assert.deepEqual([found.files, found.ignored], [[], [{ name: "m.gguf", source: "caller" }]]);
      }
      const found = await list(join(folder(), "m.gguf"), { ignore: [{ path: "m", source: "caller" }] });
      assert.deepEqual([names(found), found.ignored], [["m.gguf"], []]);
    });

    notOnWindows("behind a symlink is rejected, or has the symlink's name if symlinks are allowed", async () => {
      writeTree(folder(), { "blobs/1234": "12345" });
      symlinkSync("blobs/1234", join(folder(), "m.gguf"));
      const refused = await list(join(folder(), "m.gguf"));
      assert.deepEqual([refused.files, refused.refused], [[], [{ name: "m.gguf", reason: "symlink" }]]);
      const found = await list(join(folder(), "m.gguf"), { allowSymlinks: true });
      assert.deepEqual([names(found), found.totalBytes, found.kind], [["m.gguf"], 5, "file"]);
      assert.equal(found.files[0]?.path, join(folder(), "blobs/1234"));
    });

    notOnWindows("is rejected with a name that its file system cannot have", async () => {
      writeFileSync(join(folder(), "back\\slash"), "");
      assert.deepEqual(names(await list(join(folder(), "back\\slash"))), ["back\\slash"]);
      const found = await list(join(folder(), "back\\slash"), { platform: "win32" });
      assert.deepEqual(found.refused, [{ name: "back\\slash", reason: "not-portable" }]);
    });
  });

  describe("a missing or unreadable model", () => {
    it("is reported as missing, also below a file or behind a broken symlink", async () => {
      writeTree(folder(), { a: "" });
      await assert.rejects(list(join(folder(), "nowhere")), { code: "MODEL_NOT_FOUND" });
      await assert.rejects(list(join(folder(), "a", "b")), { code: "MODEL_NOT_FOUND" });
      if (windows) return;
      symlinkSync("nowhere", join(folder(), "broken"));
      symlinkSync("loop", join(folder(), "loop"));
      await assert.rejects(list(join(folder(), "broken")), { code: "MODEL_NOT_FOUND" });
      await assert.rejects(list(join(folder(), "loop")), { code: "MODEL_NOT_FOUND" });
    });

    notOnWindows("is reported with the folder that cannot be listed", async () => {
      writeTree(folder(), { "model/sub/secret/x": "", "model/a": "" });
      const secret = join(folder(), "model/sub/secret");
      await asOrdinaryUser(folder(), { [secret]: 0o000 }, async () => {
        await assert.rejects(list(join(folder(), "model")), (error: unknown) => {
          assert.ok(error instanceof Error);
          assert.match(error.message, /"sub\/secret" .*EACCES/);
          return "code" in error && error.code === "MODEL_UNREADABLE";
        });
        await assert.rejects(list(secret), { code: "MODEL_UNREADABLE", details: { name: ".", code: "EACCES" } });
        await assert.rejects(list(join(secret, "x")), { code: "MODEL_UNREADABLE" });
        const ignore: IgnoreRule[] = [{ path: "sub/secret", source: "caller" }];
        assert.deepEqual(names(await list(join(folder(), "model"), { ignore })), ["a"]);
      });
    });

    notOnWindows("is reported with the symlink whose target cannot be read, not as broken", async () => {
      writeTree(folder(), { "secret/x": "", "model/a": "" });
      symlinkSync("../secret/x", join(folder(), "model/link"));
      await asOrdinaryUser(folder(), { [join(folder(), "secret")]: 0o000 }, async () => {
        await assert.rejects(list(join(folder(), "model"), { allowSymlinks: true }), {
          code: "MODEL_UNREADABLE",
          details: { name: "link", code: "EACCES" },
        });
      });
    });

    notOnWindows("is reported with the entry whose path is too long for the system", async () => {
      const part = "d".repeat(200);
      const cwd = process.cwd();
      try {
        process.chdir(folder());
        for (let depth = 0; depth < 25; depth++) {
          mkdirSync(part);
          process.chdir(part);
        }
      } finally {
        process.chdir(cwd);
      }
      await assert.rejects(list(folder()), { code: "MODEL_UNREADABLE" });
    });
  });

  describe("cancelling", () => {
    it("throws at once when already cancelled, and later between two slices", async () => {
      const gone = AbortSignal.abort();
      await assert.rejects(enumerateModel(folder(), { ignore: [], allowSymlinks: false, signal: gone }), {
        code: "CANCELLED",
      });
      for (let i = 0; i < 3000; i++) writeFileSync(join(folder(), String(i)), "");
      const controller = new AbortController();
      const listing = enumerateModel(folder(), { ignore: [], allowSymlinks: false, signal: controller.signal });
      controller.abort();
      await assert.rejects(listing, { code: "CANCELLED" });
    });
  });

  it("returns the same list in whatever order the files were created", async () => {
    const component = fc
      .string({ unit: "grapheme-ascii", minLength: 1, maxLength: 4 })
      .map((text) => text.normalize("NFC").toLowerCase())
      .filter((text) => !/[<>:"/\\|?*\0]/.test(text) && !/^\.+$/.test(text) && !/[. ]$/.test(text));
    const tree = fc.uniqueArray(
      fc
        .array(component, { minLength: 1, maxLength: 3 })
        .map((parts) => parts.map((part, i) => (i === parts.length - 1 ? `f${part}` : `d${part}`)).join("/")),
      { minLength: 1, maxLength: 12 },
    );
    let count = 0;
    await fc.assert(
      fc.asyncProperty(tree, fc.infiniteStream(fc.nat()), async (files, random) => {
        const shuffled = files.map((name) => ({ name, at: random.next().value })).sort((a, b) => a.at - b.at);
        const one = join(folder(), String(count++));
        const two = join(folder(), String(count++));
        writeTree(one, Object.fromEntries(files.map((name) => [name, name])));
        writeTree(two, Object.fromEntries(shuffled.map(({ name }) => [name, name])));
        const expected = [...files].sort(compareCodePoints);
        assert.deepEqual(names(await list(one)), expected);
        assert.deepEqual(names(await list(two)), expected);
      }),
      { numRuns: 50 },
    );
  });
});
