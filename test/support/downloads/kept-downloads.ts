import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../../scripts/fetch.mjs";
import { buildTree } from "./tree-fixture.ts";

export const DOWNLOAD_FIXTURES = join(ROOT, "test/fixtures/downloads");

/** Makes the folder of a download that is kept in `test/fixtures/downloads`. */
export function buildDownload(folder: string, name: string): void {
  buildTree(folder, JSON.parse(readFileSync(join(DOWNLOAD_FIXTURES, `${name}.json`), "utf8")));
}
