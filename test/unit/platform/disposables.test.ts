import assert from "node:assert/strict";
import { DisposableStore } from "../../../src/platform/disposables.ts";

describe("a store of disposables", () => {
  it("disposes of its members once, last added first", () => {
    const ended: string[] = [];
    const store = new DisposableStore();
    for (const name of ["a", "b"]) store.add({ dispose: () => ended.push(name) });
    store.dispose();
    store.dispose();
    assert.deepEqual(ended, ["b", "a"]);
  });

  it("disposes at once of a member that is added later", () => {
    const store = new DisposableStore();
    store.dispose();
    let ended = false;
    store.add({ dispose: () => (ended = true) });
    assert.equal(ended, true);
  });
});
