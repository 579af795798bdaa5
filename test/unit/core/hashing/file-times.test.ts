import { utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HashPool } from "../../../../src/core/hashing/hash-pool.ts";
import { failsWith } from "../../../support/errors.ts";
import { listFiles, pattern } from "../../../support/listed-files.ts";
import { useTemporaryFolder } from "../../../support/temporary-folder.ts";

describe("a file whose content was replaced, with its modification time restored,", () => {
  const folder = useTemporaryFolder();
  const pool = new HashPool({ workers: 0 });
  after(() => pool.dispose());

  for (const [kind, size] of Object.entries({ small: 5000, large: 6 * 1024 * 1024 })) {
    it(`is reported as changed (${kind})`, async function () {
      // Windows keeps no time of change that a program cannot set.
      if (process.platform === "win32") this.skip();
      const path = join(folder(), "model.bin");
      const write = (content: Buffer) => {
        writeFileSync(path, content);
        utimesSync(path, 1_000_000, 1_000_000);
      };
      write(pattern(size));
      const files = listFiles(folder(), ["model.bin"]);
      write(Buffer.alloc(size, 7));
      await failsWith("FILE_CHANGED", () => pool.digest({ files, algorithm: "sha256" }));
    });
  }
});
