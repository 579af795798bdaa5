import assert from "node:assert/strict";
import { lstatSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { digest } from "../../../src/core/operations/digest/digest.ts";
import { verify } from "../../../src/core/operations/verify/verify.ts";
import type { Verdict } from "../../../src/core/verdict.ts";
import {
  bundleText,
  fileResources,
  type JsonObject,
  makeStatement,
  shardResources,
  signBundle,
} from "../../support/bundles.ts";
import { failsWith } from "../../support/errors.ts";
import { makeKeys } from "../../support/keys.ts";
import { skip } from "../../support/results.ts";
import { useTemporaryFolder, writeTree } from "../../support/temporary-folder.ts";

/** procfs lists each of its files as empty, whatever is in it. */
const PROCFS = "/proc/version";

describe("a file whose listed size is 0 and that is not empty", () => {
  const folder = useTemporaryFolder();
  const keys = makeKeys();

  before(function () {
    if (process.platform !== "linux") skip(this, "needs procfs");
    assert.equal(lstatSync(PROCFS).size, 0);
    assert.ok(readFileSync(PROCFS).length > 0);
  });

  for (const shardSize of [undefined, 1000]) {
    it(`is not digested as empty, ${shardSize === undefined ? "in one piece" : "in shards"}`, async () => {
      const options = shardSize === undefined ? {} : { shardSize };
      const error = await failsWith("FILE_CHANGED", () => digest({ model: PROCFS, ...options }));
      assert.equal(error.details["file"], "version");
      assert.match(error.message, /^version had more bytes than its listed size while the model was read\./);
    });
  }

  const trust = { keys: [{ label: "prod.pub", pem: keys.publicPem }] };
  const sign = (statement: JsonObject): string => {
    const signature = join(folder(), "model.sig");
    writeFileSync(signature, bundleText(signBundle(statement, { keys })));
    return signature;
  };
  const isStale = ({ state, reasons }: Verdict, file: string): void => {
    assert.deepEqual([state, reasons[0]?.code, reasons[0]?.details["file"]], ["stale", "FILE_CHANGED", file]);
  };

  it("is not verified against the signature of an empty file", async () => {
    const signature = sign(makeStatement(fileResources({ version: "" })));
    isStale(await verify({ model: PROCFS, signature, trust }), "version");
  });

  it("does not pass for an empty file that shards do not record", async () => {
    const model = join(folder(), "llama");
    writeTree(model, { "model.bin": "0123456789", empty: "" });
    const serialization = { method: "shards", shard_size: 5, allow_symlinks: true };
    const signature = sign(makeStatement(shardResources({ "model.bin": "0123456789" }, 5), { serialization }));
    const before = await verify({ model, signature, trust });
    assert.deepEqual([before.state, before.coverage?.empty, before.coverage?.files], ["verified", ["empty"], 1]);
    symlinkSync(PROCFS, join(model, "payload.py"));
    isStale(await verify({ model, signature, trust }), "payload.py");
  });
});
