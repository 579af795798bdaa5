import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { CachedDigests, cacheEntry, parseCache, renderCache } from "../../../../src/core/hashing/cached-digests.ts";
import { DigestCache } from "../../../../src/core/hashing/digest-cache.ts";
import type { DigestMode, DigestResult, HashAlgorithm } from "../../../../src/core/hashing/digest-request.ts";
import { HashPool } from "../../../../src/core/hashing/hash-pool.ts";
import { failsWith } from "../../../support/errors.ts";
import { listFiles, pattern } from "../../../support/listed-files.ts";
import { useTemporaryFolder, writeTree } from "../../../support/temporary-folder.ts";

const MIB = 1024 * 1024;
const MODEL = { "a.txt": "a", "b.bin": pattern(2 * MIB), "c d/e\u0301": "e", empty: "", "z.bin": pattern(5000) };
const NAMES = Object.keys(MODEL);
/** Models to make; at least one for each test. */
const TESTS = 30;
/** Milliseconds after which a file's times show every later write. */
const SETTLE_MS = 2100;
const BYTES = 2 * MIB + 5002;

describe("the digest cache", function () {
  this.timeout(60_000);
  // Before the folder goes: a pool may still be writing to it.
  afterEach(() => pool.dispose());
  const folder = useTemporaryFolder();
  // A model for each test, all of them old enough by the time the first begins: only then a file's times show every write.
  const models: string[] = [];
  let home: string;
  let model: () => string;
  before(async () => {
    home = mkdtempSync(join(tmpdir(), "models-"));
    for (let at = 0; at < TESTS; at++) {
      models.push(join(home, `${at}`));
      writeTree(join(home, `${at}`), MODEL);
    }
    await pause(SETTLE_MS);
  });
  after(() => rmSync(home, { recursive: true }));
  const directory = (): string => join(folder(), "cache");
  let pool: HashPool;
  beforeEach(() => {
    pool = create();
    const mine = models.pop();
    assert.ok(mine !== undefined, "more models than TESTS are needed");
    model = () => mine;
  });

  interface Ask {
    readonly mode?: DigestMode;
    readonly algorithm?: HashAlgorithm;
    readonly shardSize?: number;
    readonly names?: readonly string[];
  }

  function ask({ mode = "cached", algorithm = "sha256", names = NAMES, ...more }: Ask = {}): Promise<DigestResult> {
    return pool.digest({ files: listFiles(model(), names), root: model(), algorithm, mode, ...more });
  }

  async function fill(): Promise<DigestResult> {
    const result = await ask({ mode: "full" });
    await written();
    return result;
  }

  function create(): HashPool {
    return new HashPool({ cache: directory() });
  }

  /** What is kept is written after the answer; a pool that is disposed of has written it. */
  async function written(): Promise<void> {
    await pool.dispose();
    pool = create();
  }

  function cacheFiles(): string[] {
    try {
      return readdirSync(directory())
        .filter((name) => name.endsWith(".digests"))
        .map((name) => join(directory(), name));
    } catch {
      return [];
    }
  }

  function expected(names: readonly string[] = NAMES): string[][] {
    return names.map((name) => [
      createHash("sha256")
        .update(readFileSync(join(model(), name)))
        .digest("hex"),
    ]);
  }

  it("returns known digests without opening a file, and says so", async () => {
    const first = await fill();
    assert.deepEqual([first.bytesRead, first.bytesFromCache], [BYTES, 0]);
    const digests = expected();
    const files = listFiles(model(), NAMES);
    // What is not there any more cannot be opened.
    rmSync(model(), { recursive: true });
    const second = await pool.digest({ files, root: model(), algorithm: "sha256", mode: "cached" });
    assert.deepEqual(second, { digests, bytesRead: 0, bytesFromCache: BYTES });
    await failsWith("FILE_CHANGED", () => pool.digest({ files, root: model(), algorithm: "sha256", mode: "full" }));
  });

  it("is not used for full reading", async () => {
    await fill();
    assert.deepEqual(await ask({ mode: "full" }), { digests: expected(), bytesRead: BYTES, bytesFromCache: 0 });
  });

  it("leaves only changed files to read, and stores their digests", async () => {
    await fill();
    writeTree(model(), { "a.txt": "A", "new.txt": "n" });
    const names = [...NAMES, "new.txt"].sort();
    const result = await ask({ names });
    assert.deepEqual(result, { digests: expected(names), bytesRead: 2, bytesFromCache: BYTES - 1 });
    await pause(SETTLE_MS);
    assert.equal((await ask({ names })).bytesRead, 2);
    await written();
    assert.deepEqual(await ask({ names }), { digests: expected(names), bytesRead: 0, bytesFromCache: BYTES + 1 });
  });

  it("stores nothing about a file that was written in the last two seconds", async () => {
    writeTree(model(), { "a.txt": "A" });
    await ask({ mode: "full" });
    await written();
    const result = await ask();
    assert.deepEqual([result.bytesRead, result.bytesFromCache], [1, BYTES - 1]);
  });

  it("ignores an entry for another name, size, time or inode", async () => {
    await fill();
    const rewrite = (name: string, content: string): void => {
      const { atime, mtime } = statSync(join(model(), name));
      writeFileSync(join(model(), name), content);
      utimesSync(join(model(), name), atime, mtime);
    };
    rewrite("a.txt", "b");
    const { digests } = await ask();
    assert.deepEqual(digests, expected());
    rmSync(join(model(), "a.txt"));
    rewrite("z.bin", "short");
    const names = NAMES.slice(1);
    assert.deepEqual((await ask({ names })).digests, expected(names));
  });

  it("separates digests of several algorithms and shard sizes", async () => {
    await fill();
    for (const more of [{ algorithm: "blake3" }, { shardSize: MIB }, { shardSize: 1000 }] as const) {
      assert.equal((await ask(more)).bytesFromCache, 0);
      await written();
    }
    assert.equal((await ask()).bytesFromCache, BYTES);
    const shards = await ask({ shardSize: MIB });
    assert.deepEqual([shards.bytesFromCache, shards.digests.map(({ length }) => length)], [BYTES, [1, 2, 1, 0, 1]]);
  });

  it("keeps the entries of other files after a request for some of them", async () => {
    await fill();
    await ask({ mode: "full", names: ["a.txt", "z.bin"] });
    await written();
    assert.equal((await ask()).bytesFromCache, BYTES);
  });

  it("is not used without the model's root", async () => {
    const files = listFiles(model(), NAMES);
    for (let time = 0; time < 2; time++) {
      assert.equal((await pool.digest({ files, algorithm: "sha256", mode: "cached" })).bytesFromCache, 0);
    }
    assert.deepEqual(cacheFiles(), []);
  });

  it("stores what was read by a request that failed or was cancelled", async () => {
    const files = listFiles(model(), NAMES);
    appendFileSync(join(model(), "a.txt"), "more");
    await failsWith("FILE_CHANGED", () => pool.digest({ files, root: model(), algorithm: "sha256", mode: "full" }));
    await written();
    const result = await ask();
    assert.deepEqual(result.digests, expected());
    assert.equal(result.bytesFromCache, 2 * MIB, "the largest was read before the one that had changed");
  });

  describe("damage", () => {
    const DAMAGES: Readonly<Record<string, (file: string) => void>> = {
      "one bit": (file) => {
        const bytes = readFileSync(file);
        const at = Math.floor(bytes.length / 2);
        bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
        writeFileSync(file, bytes);
      },
      "cut off": (file) => truncateSync(file, statSync(file).size - 70),
      "cut at a line": (file) =>
        writeFileSync(file, `${readFileSync(file, "latin1").split("\n").slice(0, 3).join("\n")}\n`),
      empty: (file) => writeFileSync(file, ""),
      noise: (file) => writeFileSync(file, randomBytes(5000)),
      "more at the end": (file) => appendFileSync(file, "# sha256 - 4\nabc\n"),
      "a folder": (file) => {
        rmSync(file);
        mkdirSync(file);
      },
      "another version": (file) =>
        writeFileSync(file, readFileSync(file, "latin1").replace("digests 1", "digests 2"), "latin1"),
    };
    for (const [name, damage] of Object.entries(DAMAGES)) {
      it(`is discarded: ${name}`, async () => {
        await fill();
        const [file = ""] = cacheFiles();
        damage(file);
        assert.deepEqual(await ask(), { digests: expected(), bytesRead: BYTES, bytesFromCache: 0 });
      });
    }

    it("does not affect digests: a folder that cannot be written", async () => {
      writeFileSync(directory(), "a file is in the way");
      assert.deepEqual((await ask()).digests, expected());
      await written();
      assert.deepEqual((await ask()).digests, expected());
    });
  });

  it("is correct with several pools at once, and complete on disk in the end", async () => {
    const engines = [1, 2, 3].map(() => new HashPool({ cache: directory() }));
    const files = listFiles(model(), NAMES);
    await Promise.all(
      engines.map(async (one, at) => {
        for (let time = 0; time < 8; time++) {
          const mode = (["full", "cached"] as const)[(time + at) % 2] ?? "full";
          const some = files.filter((_, file) => (file + time + at) % 3 > 0);
          const { digests } = await one.digest({ files: some, root: model(), algorithm: "sha256", mode });
          assert.deepEqual(digests, expected(some.map((entry) => entry.name)));
        }
      }),
    );
    await Promise.all(engines.map((one) => one.dispose()));
    const [file = "", ...more] = cacheFiles();
    assert.equal(more.length, 0);
    assert.notEqual(parseCache(readFileSync(file)), "");
    assert.deepEqual(readdirSync(directory()).sort(), [basename(file), "evicted"].sort(), "no draft is left");
  });
});

describe("DigestCache", () => {
  const folder = useTemporaryFolder();

  it("is bounded: the least recently used models are removed first", async () => {
    const cache = new DigestCache(folder(), 3500);
    const entry = (name: string): string => cacheEntry(name, "1 2 3 4 5", "f".repeat(900));
    for (const [at, root] of ["one", "two", "three"].entries()) {
      await cache.store(root, "sha256 -", [entry(root)], [root]);
      for (const name of readdirSync(folder())) {
        const { mtimeMs } = statSync(join(folder(), name));
        if (Date.now() - mtimeMs < 60_000) utimesSync(join(folder(), name), 1000 + at, 1000 + at);
      }
    }
    cache.touch("one", "sha256 -");
    await cache.store("four", "sha256 -", [entry("four")], ["four"]);
    const left = ["one", "two", "three", "four"].filter((root) => cache.load(root, "sha256 -").find(root, "1 2 3 4 5"));
    assert.deepEqual(left, ["one", "three", "four"]);
  });

  it("does not store a model that alone exceeds the bound", async () => {
    const cache = new DigestCache(folder(), 300);
    await cache.store("big", "sha256 -", [cacheEntry("a", "1 2 3 4 5", "f".repeat(900))], ["a"]);
    assert.deepEqual(readdirSync(folder()), []);
  });

  it("removes temporary files of processes that crashed, not of running ones", async () => {
    const cache = new DigestCache(folder());
    writeTree(folder(), { "x.digests.1-abc": "old", "x.digests.2-abc": "new", "mine.txt": "not its own" });
    utimesSync(join(folder(), "x.digests.1-abc"), 1000, 1000);
    await cache.store("one", "sha256 -", [cacheEntry("a", "1 2 3 4 5", "ff")], ["a"]);
    const left = readdirSync(folder()).filter((name) => !name.endsWith(".digests"));
    assert.deepEqual(left.sort(), ["evicted", "mine.txt", "x.digests.2-abc"]);
  });

  it("cleans up once an hour, not with every model", async () => {
    writeTree(folder(), { "x.digests.1-abc": "old", evicted: "" });
    utimesSync(join(folder(), "x.digests.1-abc"), 1000, 1000);
    const store = (root: string) =>
      new DigestCache(folder()).store(root, "sha256 -", [cacheEntry("a", "1 2 3 4 5", "ff")], ["a"]);
    await store("one");
    assert.ok(existsSync(join(folder(), "x.digests.1-abc")));
    utimesSync(join(folder(), "evicted"), 1000, 1000);
    await store("two");
    assert.ok(!existsSync(join(folder(), "x.digests.1-abc")));
  });

  it("writes nothing that is already stored", async () => {
    const cache = new DigestCache(folder());
    const store = () => cache.store("one", "sha256 -", [cacheEntry("a", "1 2 3 4 5", "ff")], ["a"]);
    await store();
    const [file = ""] = readdirSync(folder()).filter((name) => name.endsWith(".digests"));
    const { ino } = statSync(join(folder(), file));
    await store();
    assert.equal(statSync(join(folder(), file)).ino, ino);
  });
});

describe("CachedDigests", () => {
  const ENTRIES = [
    ["/m/a", "1 10 20 5 6", "aa"],
    ["/m/a b\n# sha256 - 3", "2 10 20 5 7", "bb"],
    ["/m/日本", "0 10 20 5 8", ""],
    ["/m/z", "3 -10 20 5 9", "cc"],
  ] as const;
  const text = ENTRIES.map(([path, stat, hex]) => cacheEntry(path, stat, hex)).join("");

  it("finds entries in any order, whatever is in a name", () => {
    const stored = parseCache(renderCache(text));
    for (const order of [ENTRIES, ENTRIES.toReversed(), [...ENTRIES, ...ENTRIES]]) {
      const cached = new CachedDigests(stored);
      for (const [path, stat, hex] of order) assert.equal(cached.find(path, stat), hex);
    }
  });

  it("finds nothing for a part of a name or of a state, or for another state", () => {
    const cached = new CachedDigests(text);
    for (const [path, stat] of [
      ["/m/", "1 10 20 5 6"],
      ["/m/a", "1 10 20 5 "],
      ["/m/a", "1 10 20 5"],
      ["/m/a", "1 10 20 5 60"],
      ["/m/a", "1 10 20 5 7"],
      ["/m/z", "3 10 20 5 9"],
      ["/m/q", "1 10 20 5 6"],
      ["", ""],
    ] as const) {
      assert.equal(cached.find(path, stat), undefined, `${path}, ${stat}`);
    }
    assert.equal(new CachedDigests("").find("/m/a", "1 10 20 5 6"), undefined);
  });
});
