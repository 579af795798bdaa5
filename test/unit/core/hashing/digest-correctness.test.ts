import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { createBLAKE3 } from "hash-wasm";
import type { HashAlgorithm } from "../../../../src/core/hashing/digest-request.ts";
import { HashPool } from "../../../../src/core/hashing/hash-pool.ts";
import type { ModelFile } from "../../../../src/core/model/file-list.ts";
import { failsWith } from "../../../support/errors.ts";
import { listFiles, pattern } from "../../../support/listed-files.ts";
import { writeTree } from "../../../support/temporary-folder.ts";

const blake3 = await createBLAKE3(256);

/** One after the other, by other code than the pool. */
const EXPECTED: Readonly<Record<HashAlgorithm, (bytes: Uint8Array) => string>> = {
  sha256: (bytes) => createHash("sha256").update(bytes).digest("hex"),
  blake2b: (bytes) => createHash("blake2b512").update(bytes).digest("hex"),
  blake3: (bytes) => blake3.init().update(bytes).digest("hex"),
};

const MIB = 1024 * 1024;
/** Around every boundary of the pool: empty, a block, what a batch takes, several blocks. */
const SIZES = [0, 1, 63, 64, 65, 4095, 4096, MIB - 1, MIB, MIB + 1, 3 * MIB + 7, 4 * MIB, 4 * MIB + 1, 21 * MIB + 5];

const emulation = new URL("../../../support/emulate-boringssl.ts", import.meta.url).href;
const POOLS: readonly (readonly [string, () => HashPool])[] = [
  ["worker threads", () => new HashPool()],
  ["one thread", () => new HashPool({ workers: 1 })],
  ["five threads", () => new HashPool({ workers: 5 })],
  ["threads on BoringSSL", () => new HashPool({ threads: { execArgv: ["--import", emulation] } })],
  ["the calling thread", () => new HashPool({ workers: 0 })],
];

describe("digests", function () {
  this.timeout(60_000);
  const contents = SIZES.map((size) => pattern(size));
  const odd = ["a b", "u\u0308", "new\nline", "-rf", "日本", 'quote"', "tab\tand$HOME"].filter(
    (part) => process.platform !== "win32" || !/[\n\t"]/.test(part),
  );
  const manyNames = Array.from({ length: 3500 }, (_, at) => `${odd[at % odd.length]}/${at % 40}/${at}.txt`);
  let root: string;
  let sized: ModelFile[];
  let many: ModelFile[];

  before(() => {
    root = mkdtempSync(join(tmpdir(), "digests-"));
    writeTree(join(root, "sizes"), Object.fromEntries(contents.map((content, at) => [`${at}`, content])));
    writeTree(join(root, "many"), Object.fromEntries(manyNames.map((file) => [file, `content of ${file}`])));
    writeTree(join(root, "few"), { a: "abc", empty: "", b: pattern(2000) });
    sized = listFiles(
      join(root, "sizes"),
      contents.map((_, at) => `${at}`),
    );
    many = listFiles(join(root, "many"), manyNames);
  });
  after(() => rmSync(root, { recursive: true }));

  for (const [name, create] of POOLS) {
    describe(name, () => {
      let pool: HashPool;
      before(() => {
        pool = create();
      });
      after(() => pool.dispose());

      for (const algorithm of ["sha256", "blake2b", "blake3"] as const) {
        it(`${algorithm}: files of every size, in the requested order`, async () => {
          const result = await pool.digest({ files: sized, algorithm });
          assert.deepEqual(
            result.digests,
            contents.map((content) => [EXPECTED[algorithm](content)]),
          );
          const bytes = SIZES.reduce((sum, size) => sum + size, 0);
          assert.deepEqual([result.bytesRead, result.bytesFromCache], [bytes, 0]);
        });

        it(`${algorithm}: shards of many sizes, none for an empty file`, async () => {
          for (const shardSize of [1000, 65_536, MIB - 1, MIB, MIB + 1, 4 * MIB, 10 * MIB + 3, 1e9]) {
            const { digests } = await pool.digest({ files: sized, algorithm, shardSize });
            for (const [at, content] of contents.entries()) {
              assert.deepEqual(digests[at], shards(content, shardSize).map(EXPECTED[algorithm]), `${at}, ${shardSize}`);
            }
          }
        });
      }

      it("shards of one byte", async () => {
        const files = listFiles(join(root, "few"), ["a", "empty", "b"]);
        const { digests } = await pool.digest({ files, algorithm: "sha256", shardSize: 1 });
        assert.deepEqual(
          digests[0],
          ["a", "b", "c"].map((text) => EXPECTED.sha256(Buffer.from(text))),
        );
        assert.deepEqual(digests[1], []);
        assert.deepEqual(digests[2], shards(pattern(2000), 1).map(EXPECTED.sha256));
      });

      it("thousands of small files in nested folders, with names that need quoting in a shell", async () => {
        const { digests } = await pool.digest({ files: many, algorithm: "sha256" });
        assert.deepEqual(
          digests,
          manyNames.map((file) => [EXPECTED.sha256(Buffer.from(`content of ${file}`))]),
        );
      });

      it("random sizes, whole and in random shards", async () => {
        const sizes = fc.array(fc.oneof(fc.nat(3000), fc.nat(3 * MIB)), { minLength: 1, maxLength: 12 });
        const shardSizes = fc.oneof(fc.constant(undefined), fc.integer({ min: 100, max: 5 * MIB }));
        let round = 0;
        await fc.assert(
          fc.asyncProperty(sizes, shardSizes, async (lengths, shardSize) => {
            const folder = join(root, `random ${name}`, `${round++}`);
            const made = lengths.map((length, at) => pattern(length + at).subarray(at));
            writeTree(folder, Object.fromEntries(made.map((content, at) => [`${at}`, content])));
            // Enough to read that threads are worth it.
            const files = [
              ...listFiles(
                folder,
                made.map((_, at) => `${at}`),
              ),
              ...sized,
            ];
            const { digests } = await pool.digest({ files, algorithm: "sha256", ...(shardSize && { shardSize }) });
            assert.deepEqual(
              digests,
              [...made, ...contents].map((content) =>
                (shardSize === undefined ? [content] : shards(content, shardSize)).map(EXPECTED.sha256),
              ),
            );
          }),
          { numRuns: 10 },
        );
      });

      it("no file at all", async () => {
        const result = await pool.digest({ files: [], algorithm: "sha256" });
        assert.deepEqual(result, { digests: [], bytesRead: 0, bytesFromCache: 0 });
      });

      it("several requests at once, with different algorithms", async () => {
        const algorithms = ["sha256", "blake3", "blake2b", "sha256", "blake3", "sha256"] as const;
        const results = await Promise.all(algorithms.map((algorithm) => pool.digest({ files: sized, algorithm })));
        for (const [at, algorithm] of algorithms.entries()) {
          assert.deepEqual(
            results[at]?.digests,
            contents.map((content) => [EXPECTED[algorithm](content)]),
          );
        }
      });

      it("invalid shard sizes, and ones that give too many digests: an error", async () => {
        const files = listFiles(join(root, "few"), ["a"]);
        for (const shardSize of [0, -1, 1.5, Number.NaN, 2 ** 53]) {
          await failsWith("USAGE", () => pool.digest({ files, algorithm: "sha256", shardSize }));
        }
        const huge = files.map((file) => ({ ...file, size: 1e12 }));
        const error = await failsWith("USAGE", () => pool.digest({ files: huge, algorithm: "sha256", shardSize: 10 }));
        assert.match(error.message, /Use larger shards/);
      });
    });
  }
});

function shards(content: Buffer, size: number): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at < content.length; at += size) found.push(content.subarray(at, at + size));
  return found;
}
