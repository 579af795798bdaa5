import assert from "node:assert/strict";
import { join } from "node:path";
import { findModels } from "../../../../src/core/model/find-models.ts";
import { findOrigin } from "../../../../src/core/origin/find-origin.ts";
import { buildOllamaStore } from "../../../support/downloads/ollama-store.ts";
import { asOrdinaryUser } from "../../../support/ordinary-user.ts";
import { skip } from "../../../support/results.ts";
import { useTemporaryFolder, writeTree } from "../../../support/temporary-folder.ts";

describe("a model below a folder of another user", () => {
  const folder = useTemporaryFolder();
  const at = (name: string) => join(folder(), name);
  before(function () {
    if (process.platform === "win32") skip(this, "has no modes");
  });

  it("has no record where what is around it may not be looked up", async () => {
    writeTree(folder(), {
      "home/.cache/huggingface/download/shared/m.onnx.metadata": "",
      "home/.git/HEAD": "ref: refs/heads/main",
      "home/shared/m.onnx": "weights",
    });
    await asOrdinaryUser(folder(), { [at("home/.cache")]: 0o700, [at("home/.git")]: 0o700 }, async () => {
      for (const checkDigests of [false, true]) {
        const report = await findOrigin({ model: at("home/shared"), checkDigests });
        assert.equal(report.origin, undefined);
      }
    });
  });

  it("has no record in a store of Ollama's whose blobs may not be looked up", async () => {
    const manifest = "manifests/registry.ollama.ai/library/tiny/1b";
    buildOllamaStore(folder(), { [manifest]: { model: Buffer.from("m"), template: Buffer.from("t") } });
    await asOrdinaryUser(folder(), { [at("blobs")]: 0o700 }, async () => {
      assert.deepEqual(
        (await findModels(folder())).map(({ name }) => name),
        ["library/tiny:1b"],
      );
      const { origin } = await findOrigin({ model: at(manifest), checkDigests: true });
      assert.equal(origin?.files.match.length, 0);
    });
  });
});
