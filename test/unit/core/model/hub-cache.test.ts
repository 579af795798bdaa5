import assert from "node:assert/strict";
import { join } from "node:path";
import { hubSnapshot } from "../../../../src/core/model/hub-cache.ts";

const REVISION = "0123456789abcdef".repeat(3).slice(0, 40);

describe("a snapshot in a Hugging Face cache", () => {
  const at = (repository: string, revision = REVISION, snapshots = "snapshots") =>
    hubSnapshot(join("/", "hub", repository, snapshots, revision));

  it("has the name of its repository on the Hub", () => {
    assert.deepEqual(at("models--google--gemma-2b"), {
      type: "models",
      name: "google/gemma-2b",
      revision: REVISION,
    });
    assert.equal(at("models--gpt2")?.name, "gpt2");
    assert.equal(at("datasets--org--reviews")?.name, "org/reviews");
    assert.equal(at("kernels--org--activation")?.type, "kernels");
  });

  it("is recognized by the names of its three parent folders", () => {
    assert.equal(at("gemma"), undefined);
    assert.equal(at("models--a--b", "main"), undefined);
    assert.equal(at("models--a--b", REVISION, "blobs"), undefined);
    assert.equal(hubSnapshot("/"), undefined);
  });
});
