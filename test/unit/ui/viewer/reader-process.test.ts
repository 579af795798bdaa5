import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT } from "../../../../scripts/fetch.mjs";
import { ReaderProcess } from "../../../../src/ui/viewer/reading/reader-process.ts";
import { bundleText, fileResources, makeStatement, signBundle } from "../../../support/bundles.ts";
import { makeKeys } from "../../../support/keys.ts";
import { useTemporaryFolder } from "../../../support/temporary-folder.ts";

const PROGRAM = pathToFileURL(join(ROOT, "src", "signature-reader.ts"));
const FIRST = { filter: "all", search: "", offset: 0, count: 10 } as const;

describe("the process that has a signature open", () => {
  const folder = useTemporaryFolder();

  it("answers what it is asked, in order", async () => {
    const path = join(folder(), "model.sig");
    const statement = makeStatement(fileResources({ a: "1", b: "2" }));
    writeFileSync(path, bundleText(signBundle(statement, { keys: makeKeys() })));
    const reader = new ReaderProcess(PROGRAM);
    try {
      const asked = [reader.call("open", { path }), reader.call("page", FIRST)] as const;
      const [summary, page] = await Promise.all(asked);
      assert.equal(summary.statement?.files, 2);
      assert.deepEqual(
        page.entries.map(({ name }) => name),
        ["a", "b"],
      );
    } finally {
      reader.dispose();
    }
  });

  it("answers nothing more when it was ended, and leaves nobody waiting", async () => {
    const reader = new ReaderProcess(PROGRAM);
    const waiting = reader.call("page", FIRST);
    reader.dispose();
    await assert.rejects(waiting, /closed/);
    await assert.rejects(reader.call("page", FIRST), /closed/);
  });

  it("ends alone where a file is too much for its memory, and says so", async () => {
    const path = join(folder(), "model.sig");
    writeFileSync(path, `[${"[],".repeat(4_000_000)}[]]`);
    const reader = new ReaderProcess(PROGRAM, 30);
    await assert.rejects(reader.call("open", { path }), /has ended/);
    reader.dispose();
  });

  it("tells when it cannot run", async () => {
    const reader = new ReaderProcess(pathToFileURL(join(folder(), "missing.js")));
    await assert.rejects(reader.call("page", FIRST));
    reader.dispose();
  });
});
