import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Engine } from "../../../../src/engine/engine.ts";
import type { ClientOptions } from "../../../../src/engine/engine-client.ts";
import type { Findings } from "../../../../src/engine/signature-view/requests.ts";
import { bundleText, fileResources, makeStatement, signBundle } from "../../../support/bundles.ts";
import { makeKeys } from "../../../support/keys.ts";
import { useTemporaryFolder } from "../../../support/temporary-folder.ts";

const ENTRY = new URL("../../../../src/engine.ts", import.meta.url);
const FIRST = { filter: "all", search: "", offset: 0, count: 10 } as const;
const MISSING: Findings = {
  compared: true,
  files: [
    { state: "missing", name: "b" },
    ...Array.from({ length: 2500 }, (_, at) => ({ state: "added" as const, name: `new-${at}` })),
  ],
};

describe("SignatureView", function () {
  this.timeout(60_000);
  let engine: Engine;
  afterEach(() => engine.dispose());
  const folder = useTemporaryFolder();
  const path = (): string => join(folder(), "model.sig");

  beforeEach(() => {
    engine = create();
    const statement = makeStatement(fileResources({ a: "1", b: "2" }));
    writeFileSync(path(), bundleText(signBundle(statement, { keys: makeKeys() })));
  });

  function create(more: Partial<ClientOptions> = {}): Engine {
    return new Engine({ entry: ENTRY, cache: join(folder(), "cache"), ...more });
  }

  it("reads pages of the files and of the text, and the result of the comparison", async () => {
    const { view, summary } = await engine.openSignature({ path: path() });
    assert.equal(summary.statement?.files, 2);
    const { entries, total } = await view.page(FIRST);
    assert.deepEqual([entries.map(({ name }) => name), total], [["a", "b"], 2]);
    const counts = await view.compare(MISSING);
    assert.deepEqual([counts.missing, counts.same, counts.added], [1, 1, 2500]);
    assert.deepEqual((await view.lines({ offset: 0, count: 1 })).lines, ["{"]);
    view.dispose();
  });

  it("separates files that are open at the same time", async () => {
    const other = join(folder(), "other.sig");
    writeFileSync(other, bundleText(signBundle(makeStatement(fileResources({ c: "1" })), { keys: makeKeys() })));
    const [one, two] = [await engine.openSignature({ path: path() }), await engine.openSignature({ path: other })];
    assert.deepEqual([(await one.view.page(FIRST)).total, (await two.view.page(FIRST)).total], [2, 1]);
    one.view.dispose();
    assert.equal((await two.view.page(FIRST)).total, 1);
    two.view.dispose();
  });

  it("is opened and compared again after the engine crashed", async () => {
    const { view } = await engine.openSignature({ path: path() });
    await view.compare(MISSING);
    const before = await engine.pid();
    assert.ok(before);
    process.kill(before, "SIGKILL");
    while ((await engine.pid()) === before) await new Promise((resolve) => setImmediate(resolve));
    assert.equal((await view.page({ ...FIRST, filter: "added" })).total, 2500);
    view.dispose();
  });

  it("is opened and compared again after the engine ended because it was idle", async () => {
    const brief = create({ idleMs: 1 });
    const { view } = await brief.openSignature({ path: path() });
    await view.compare(MISSING);
    while ((await brief.pid()) !== undefined) await new Promise((resolve) => setImmediate(resolve));
    assert.equal((await view.page({ ...FIRST, filter: "added" })).total, 2500);
    view.dispose();
    await brief.dispose();
  });

  it("answers nothing after it was closed", async () => {
    const { view } = await engine.openSignature({ path: path() });
    view.dispose();
    view.dispose();
    await assert.rejects(view.page(FIRST), /closed/);
  });

  it("of a file that exceeds the engine's memory is an error", async () => {
    writeFileSync(path(), `[${"[],".repeat(4_000_000)}[]]`);
    const small = create({ heapMb: 30 });
    await assert.rejects(small.openSignature({ path: path() }), /memory/);
    await small.dispose();
  });
});
