import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ProvenanceError } from "../../../../src/core/errors.ts";
import { findPlace } from "../../../../src/core/signing/signature-place.ts";
import { checkWritable, writeFileAtomically } from "../../../../src/core/signing/write-file-atomically.ts";
import { failsWith } from "../../../support/errors.ts";
import { useTemporaryFolder } from "../../../support/temporary-folder.ts";

describe("writing a signature", () => {
  const folder = useTemporaryFolder();
  const path = () => join(folder(), "model.sig");

  it("replaces the file and leaves nothing beside it", async () => {
    writeFileSync(path(), "old");
    await checkWritable(path());
    assert.deepEqual(readdirSync(folder()), ["model.sig"]);
    await writeFileAtomically(await findPlace(path(), folder()), Buffer.from("new"), () => undefined);
    assert.equal(readFileSync(path(), "utf8"), "new");
    assert.deepEqual(readdirSync(folder()), ["model.sig"]);
  });

  it("keeps the old file where what was read back is not right", async () => {
    writeFileSync(path(), "old");
    const read: string[] = [];
    const check = (written: Buffer) => {
      read.push(written.toString());
      throw new ProvenanceError("SIGNATURE_SELF_CHECK", "not right");
    };
    await failsWith("SIGNATURE_SELF_CHECK", () => writeFileAtomically(await findPlace(path(), folder()), Buffer.from("new"), check));
    assert.deepEqual(read, ["new"]);
    assert.equal(readFileSync(path(), "utf8"), "old");
    assert.deepEqual(readdirSync(folder()), ["model.sig"]);
  });

  it("refuses a folder in the signature's place, before and after the work", async () => {
    mkdirSync(path());
    assert.match((await failsWith("SIGNATURE_UNWRITABLE", () => checkWritable(path()))).message, /is a folder/);
    await failsWith("SIGNATURE_UNWRITABLE", () => writeFileAtomically(await findPlace(path(), folder()), Buffer.from("new"), () => undefined));
    assert.deepEqual(readdirSync(folder()), ["model.sig"]);
  });

  it("says that the folder does not exist, or is none", async () => {
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

    it("keeps the old signature when the disk is full", async () => {
      writeFileSync(path(), "old");
      const error = await failsWith("SIGNATURE_UNWRITABLE", () =>
        writeFileAtomically(await findPlace(path(), folder()), Buffer.alloc(100_000), () => undefined),
      );
      assert.match(error.message, /disk is full.*unchanged/);
      assert.equal(readFileSync(path(), "utf8"), "old");
      assert.deepEqual(readdirSync(folder()), ["model.sig"]);
    });

    it("keeps the old signature when the file system is read-only", async () => {
      writeFileSync(path(), "old");
      execFileSync("mount", ["-o", "remount,ro", folder()]);
      assert.match((await failsWith("SIGNATURE_UNWRITABLE", () => checkWritable(path()))).message, /read-only/);
      await failsWith("SIGNATURE_UNWRITABLE", () => writeFileAtomically(await findPlace(path(), folder()), Buffer.from("new"), () => undefined));
      assert.equal(readFileSync(path(), "utf8"), "old");
    });
  });
});
