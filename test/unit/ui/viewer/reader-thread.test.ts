import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT } from "../../../../scripts/fetch.mjs";
import { ReaderThread } from "../../../../src/ui/viewer/reading/reader-thread.ts";
import { bundleText, fileResources, makeStatement, signBundle } from "../../../support/bundles.ts";
import { makeKeys } from "../../../support/keys.ts";
import { useTemporaryFolder } from "../../../support/temporary-folder.ts";

const PROGRAM = pathToFileURL(join(ROOT, "src", "signature-reader.ts"));
const FIRST = { filter: "all", search: "", offset: 0, count: 10 } as const;

describe("the thread that has a signature open", () => {
  const folder = useTemporaryFolder();

  it("answers what it is asked, in order", async () => {
    const path = join(folder(), "model.sig");
    const statement = makeStatement(fileResources({ a: "1", b: "2" }));
    writeFileSync(path, bundleText(signBundle(statement, { keys: makeKeys() })));
    const thread = new ReaderThread(PROGRAM);
    try {
      const asked = [thread.call("open", { path }), thread.call("page", FIRST)] as const;
      const [summary, page] = await Promise.all(asked);
      assert.equal(summary.statement?.files, 2);
      assert.deepEqual(
        page.entries.map(({ name }) => name),
        ["a", "b"],
      );
    } finally {
      thread.dispose();
    }
  });

  it("answers nothing more when it was ended, and leaves nobody waiting", async () => {
    const thread = new ReaderThread(PROGRAM);
    const waiting = thread.call("page", FIRST);
    thread.dispose();
    await assert.rejects(waiting, /closed/);
    await assert.rejects(thread.call("page", FIRST), /closed/);
  });

  it("tells when it cannot run", async () => {
    const thread = new ReaderThread(pathToFileURL(join(folder(), "missing.js")));
    await assert.rejects(thread.call("page", FIRST));
    thread.dispose();
  });
});
