import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DOWNLOAD_FIXTURES } from "../support/downloads/kept-downloads.ts";
import { noHubClient, realDownloads } from "../support/downloads/real-downloads.ts";
import type { TreeFixture } from "../support/downloads/tree-fixture.ts";
import { skip } from "../support/results.ts";
import { useTemporaryFolder } from "../support/temporary-folder.ts";

describe("downloads by the real Hugging Face client", function () {
  this.timeout(10 * 60_000);
  const folder = useTemporaryFolder();

  it("are the same as the fixtures", async function () {
    const client = join(folder(), "client");
    const missing = noHubClient(client);
    if (missing !== undefined) skip(this, missing);
    const made = await realDownloads(client, folder());
    const kept = readdirSync(DOWNLOAD_FIXTURES).map((name) => name.replace(".json", ""));
    assert.deepEqual([...made.keys()].sort(), kept.sort());
    for (const [name, tree] of made) {
      const fixture: TreeFixture = JSON.parse(readFileSync(join(DOWNLOAD_FIXTURES, `${name}.json`), "utf8"));
      assert.deepEqual(timeless(tree), timeless(fixture), name);
    }
  });
});

/** Without the times of downloads, and the parts of an interrupted one: their names are random. */
function timeless({ files, links }: TreeFixture): TreeFixture {
  const kept = Object.entries(files).filter(([name]) => !name.endsWith(".incomplete"));
  const fixed = kept.map(([name, content]) => {
    if (!name.endsWith(".metadata")) return [name, content];
    return [name, Buffer.from(content, "base64").toString().split("\n").slice(0, 2).join("\n")];
  });
  return { files: Object.fromEntries(fixed), links };
}
