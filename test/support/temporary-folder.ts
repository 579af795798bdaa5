import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/**
 * A fresh, empty folder for each test of the suite it is called in; removed after the test. Its path is real, also on
 * GitHub's Windows runners, whose folder for temporary files has a short name (`RUNNER~1`).
 */
export function useTemporaryFolder(): () => string {
  let folder: string | undefined;
  beforeEach(() => {
    folder = realpathSync.native(mkdtempSync(join(tmpdir(), "model-")));
  });
  afterEach(() => {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    folder = undefined;
  });
  return () => {
    if (folder === undefined) throw new Error("There is a temporary folder only while a test runs.");
    return folder;
  };
}

/** Writes files below `folder`, making the folders on the way. Names are `/` separated; one that ends in `/` is a folder. */
export function writeTree(folder: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    if (name.endsWith("/")) {
      mkdirSync(path, { recursive: true });
    } else {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
    }
  }
}
