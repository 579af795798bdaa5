// node test/support/downloads/write-fixtures.ts: makes test/fixtures/downloads anew, with the real client.
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DOWNLOAD_FIXTURES } from "./kept-downloads.ts";
import { noHubClient, realDownloads } from "./real-downloads.ts";

const work = mkdtempSync(join(tmpdir(), "downloads-"));
const client = join(work, "client");
const missing = noHubClient(client);
if (missing !== undefined) throw new Error(missing);
for (const [name, tree] of await realDownloads(client, work)) {
  writeFileSync(join(DOWNLOAD_FIXTURES, `${name}.json`), `${JSON.stringify(tree, undefined, 2)}\n`);
}
