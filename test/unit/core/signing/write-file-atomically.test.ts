import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import promises from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { moveToFreeName } from "../../../../src/core/replace-file.ts";
import { inspectDestination } from "../../../../src/core/signing/signature-destination.ts";
import { checkWritable, writeFileAtomically } from "../../../../src/core/signing/write-file-atomically.ts";
import { failsWith } from "../../../support/errors.ts";
import { useTemporaryFolder } from "../../../support/temporary-folder.ts";

describe("writing a signature", () => {
  const folder = useTemporaryFolder();
  const path = () => join(folder(), "model.sig");

  const write = async (bytes: Buffer, read?: (path: string) => Promise<Buffer>) =>
    writeFileAtomically(await inspectDestination(path(), join(folder(), "llama")), bytes, read);

  it("replaces the file and leaves no other", async () => {
    writeFileSync(path(), "old");
    await checkWritable(path());
    assert.deepEqual(readdirSync(folder()), ["model.sig"]);
    await write(Buffer.from("new"));
    assert.equal(readFileSync(path(), "utf8"), "new");
    assert.deepEqual(readdirSync(folder()), ["model.sig"]);
  });

  it("keeps the old file if what was read back is wrong", async () => {
    writeFileSync(path(), "old");
    const read: string[] = [];
    const damaged = async (temporary: string) => {
      read.push(readFileSync(temporary, "utf8"));
      return Buffer.from("nex");
    };
    await failsWith("SIGNATURE_SELF_CHECK", () => write(Buffer.from("new"), damaged));
    assert.deepEqual(read, ["new"]);
    assert.equal(readFileSync(path(), "utf8"), "old");
    assert.deepEqual(readdirSync(folder()), ["model.sig"]);
  });

  it("keeps a file that appears while the model is read", async () => {
    const place = await inspectDestination(path(), join(folder(), "llama"));
    writeFileSync(path(), "theirs");
    await failsWith("SIGNATURE_WOULD_OVERWRITE", () => writeFileAtomically(place, Buffer.from("new")));
    assert.equal(readFileSync(path(), "utf8"), "theirs");
    assert.deepEqual(readdirSync(folder()), ["model.sig"]);
  });

  it("keeps a file that appears just before the signature is moved there", async () => {
    const { link } = promises;
    promises.link = (from, to) => {
      writeFileSync(to, "theirs");
      return link(from, to);
    };
    syncBuiltinESMExports();
    try {
      await failsWith("SIGNATURE_WOULD_OVERWRITE", () => write(Buffer.from("new")));
    } finally {
      promises.link = link;
      syncBuiltinESMExports();
    }
    assert.equal(readFileSync(path(), "utf8"), "theirs");
    assert.deepEqual(readdirSync(folder()), ["model.sig"]);
  });

  it("keeps a file that was changed while the model was read, also to the same size", async () => {
    writeFileSync(path(), "old");
    const place = await inspectDestination(path(), join(folder(), "llama"));
    writeFileSync(join(folder(), "other"), "odd");
    renameSync(join(folder(), "other"), path());
    const error = await failsWith("SIGNATURE_WOULD_OVERWRITE", () => writeFileAtomically(place, Buffer.from("new")));
    assert.match(error.message, /another program has written it/);
    assert.equal(readFileSync(path(), "utf8"), "odd");
  });

  it("keeps the permissions of the file that it replaces, and never widens them meanwhile", async function () {
    if (process.platform === "win32") this.skip();
    for (const mode of [0o600, 0o640, 0o644, 0o664]) {
      writeFileSync(path(), "old");
      chmodSync(path(), mode);
      const during: number[] = [];
      await write(Buffer.from("new"), async (temporary) => {
        for (const name of readdirSync(folder())) during.push(statSync(join(folder(), name)).mode & 0o777 & ~mode);
        return readFileSync(temporary);
      });
      assert.equal(statSync(path()).mode & 0o777, mode);
      assert.deepEqual(during, [0, 0]);
    }
  });

  it("replaces a symlink by a file, and keeps its target", async function () {
    if (process.platform === "win32") this.skip();
    writeFileSync(join(folder(), "blob"), "old");
    symlinkSync("blob", path());
    await write(Buffer.from("new"));
    assert.equal(lstatSync(path()).isSymbolicLink(), false);
    assert.deepEqual([readFileSync(path(), "utf8"), readFileSync(join(folder(), "blob"), "utf8")], ["new", "old"]);
  });

  it("rejects the model itself, a folder, a pipe, a broken symlink, and a symlink to the model", async function () {
    if (process.platform === "win32") this.skip();
    const model = join(folder(), "llama.gguf");
    writeFileSync(model, "weights");
    mkdirSync(join(folder(), "sub"));
    symlinkSync("gone", join(folder(), "broken"));
    symlinkSync("llama.gguf", join(folder(), "link"));
    symlinkSync("sub", join(folder(), "to-folder"));
    execFileSync("mkfifo", [join(folder(), "pipe")]);
    for (const name of ["llama.gguf", "sub", "to-folder", "pipe", "broken"]) {
      await failsWith("SIGNATURE_WOULD_OVERWRITE", () => inspectDestination(join(folder(), name), model));
    }
    // What a link leads to is decided by its content, when that is read.
    assert.ok((await inspectDestination(join(folder(), "link"), model)).found !== undefined);
  });

  // What Linux, macOS and Windows (libuv: ERROR_INVALID_FUNCTION) have for FAT and for shares.
  for (const code of ["EPERM", "ENOTSUP", "EISDIR", "EACCES", "ENOSYS", "EMLINK"]) {
    it(`moves the file where the disk has no hard links, and replaces none: ${code}`, async () => {
      const none = () => Promise.reject(Object.assign(new Error(code), { code }));
      const draft = join(folder(), "draft");
      writeFileSync(draft, "new");
      await moveToFreeName(draft, path(), none);
      assert.equal(readFileSync(path(), "utf8"), "new");
      writeFileSync(draft, "newer");
      await assert.rejects(moveToFreeName(draft, path(), none), { code: "EEXIST" });
      assert.deepEqual([readFileSync(path(), "utf8"), readFileSync(draft, "utf8")], ["new", "newer"]);
    });
  }

  it("reports that the folder does not exist, or is none", async () => {
    const missing = join(folder(), "missing", "model.sig");
    assert.match((await failsWith("SIGNATURE_UNWRITABLE", () => checkWritable(missing))).message, /does not exist/);
    writeFileSync(path(), "old");
    const below = join(path(), "model.sig");
    assert.match((await failsWith("SIGNATURE_UNWRITABLE", () => checkWritable(below))).message, /not a folder/);
  });

  describe("on a small disk", () => {
    let mounted: string | undefined;
    beforeEach(function () {
      if (process.platform !== "linux" || process.getuid?.() !== 0) this.skip();
      try {
        execFileSync("mount", ["-t", "tmpfs", "-o", "size=16k", "tmpfs", folder()], { stdio: "ignore" });
        mounted = folder();
      } catch {
        this.skip();
      }
    });
    afterEach(() => {
      if (mounted !== undefined) execFileSync("umount", [mounted]);
      mounted = undefined;
    });

    it("keeps the old signature if the disk is full", async () => {
      writeFileSync(path(), "old");
      const error = await failsWith("SIGNATURE_UNWRITABLE", () => write(Buffer.alloc(100_000)));
      assert.match(error.message, /disk is full.*unchanged/);
      assert.equal(readFileSync(path(), "utf8"), "old");
      assert.deepEqual(readdirSync(folder()), ["model.sig"]);
    });

    it("keeps the old signature if the file system is read-only", async () => {
      writeFileSync(path(), "old");
      execFileSync("mount", ["-o", "remount,ro", folder()]);
      assert.match((await failsWith("SIGNATURE_UNWRITABLE", () => checkWritable(path()))).message, /read-only/);
      await failsWith("SIGNATURE_UNWRITABLE", () => write(Buffer.from("new")));
      assert.equal(readFileSync(path(), "utf8"), "old");
    });
  });
});
