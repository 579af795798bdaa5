import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readlinkSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { DigestProgress } from "../../../../src/core/hashing/digest-request.ts";
import { HashPool, type PoolOptions } from "../../../../src/core/hashing/hash-pool.ts";
import { failsWith } from "../../../support/errors.ts";
import { readLines, startsIn, withFaults } from "../../../support/hash-faults-plan.ts";
import { listFiles, pattern } from "../../../support/listed-files.ts";
import { skip } from "../../../support/results.ts";
import { useTemporaryFolder, writeTree } from "../../../support/temporary-folder.ts";

const MIB = 1024 * 1024;
const POOL = new URL("../../../../src/core/hashing/hash-pool.ts", import.meta.url).href;

describe("HashPool", function () {
  this.timeout(60_000);
  const folder = useTemporaryFolder();
  const record = (): string => join(folder(), "record");
  let pools: HashPool[] = [];
  const create = (options: PoolOptions = {}): HashPool => {
    const pool = new HashPool(options);
    pools.push(pool);
    return pool;
  };
  afterEach(async () => {
    await Promise.all(pools.map((pool) => pool.dispose()));
    pools = [];
  });

  /** Files so large that threads are worth it. */
  function files(names: readonly string[] = ["model.bin"], size = 17 * MIB) {
    writeTree(folder(), Object.fromEntries(names.map((name) => [name, pattern(size)])));
    return listFiles(folder(), names);
  }

  /** Sparse files: zeros that take no space. */
  function zeros(names: readonly string[], size: number) {
    writeTree(folder(), Object.fromEntries(names.map((name) => [name, ""])));
    for (const name of names) truncateSync(join(folder(), name), size);
    return listFiles(folder(), names);
  }

  it("hashes 20 000 small files", async () => {
    const names = Array.from({ length: 20_000 }, (_, at) => `${at % 100}/${at}`);
    writeTree(folder(), Object.fromEntries(names.map((name) => [name, `content of ${name}`])));
    const pool = create({ workers: 3 });
    pool.expect(names.length);
    const { digests } = await pool.digest({ files: listFiles(folder(), names), algorithm: "sha256" });
    const expected = names.map((name) => [createHash("sha256").update(`content of ${name}`).digest("hex")]);
    assert.deepEqual(digests, expected);
  });

  describe("threads", () => {
    it("are started only for large requests, and serve one request after the other", async () => {
      const pool = create({ workers: 2, ...withFaults({ record: record() }) });
      const few = files(["a", "b"], MIB);
      await pool.digest({ files: few, algorithm: "sha256" });
      assert.equal(startsIn(record()), 0, "little to read");
      const one = zeros(["one"], 64 * MIB);
      await pool.digest({ files: one, algorithm: "sha256" });
      assert.equal(startsIn(record()), 1, "one file, which one thread can read");
      const many = zeros(["c", "d", "e", "f", "g"], 17 * MIB);
      for (let time = 0; time < 3; time++) await pool.digest({ files: many, algorithm: "sha256" });
      assert.equal(startsIn(record()), 2, "no more than the pool has");
    });

    it("start while the caller lists many files", async () => {
      const pool = create({ workers: 2, ...withFaults({ record: record() }) });
      pool.expect(100);
      await pause(200);
      assert.equal(startsIn(record()), 0);
      pool.expect(50_000);
      pool.expect(50_000);
      await until(() => startsIn(record()) === 2);
      await pool.digest({ files: zeros(["c", "d", "e"], 17 * MIB), algorithm: "sha256" });
      assert.equal(startsIn(record()), 2);
    });

    it("read the largest files first", async () => {
      const order = join(folder(), "order");
      const sizes = { small: 10, large: 30 * MIB, larger: 40 * MIB, medium: 2 * MIB };
      writeTree(folder(), Object.fromEntries(Object.entries(sizes).map(([name, size]) => [name, Buffer.alloc(size)])));
      const pool = create({ workers: 1, ...withFaults({ order }) });
      await pool.digest({ files: listFiles(folder(), Object.keys(sizes)), algorithm: "sha256" });
      const opened = readLines(order).filter((name) => name in sizes);
      assert.deepEqual(opened, ["larger", "large", "medium", "small"]);
    });

    it("do not keep the process alive if the pool is not disposed", () => {
      const [model] = files();
      const script = `
        const { HashPool } = await import(${JSON.stringify(POOL)});
        const files = ${JSON.stringify([model])};
        const { digests } = await new HashPool().digest({ files, algorithm: "sha256" });
        console.log(digests[0][0].length);`;
      const options = { encoding: "utf8", timeout: 50_000 } as const;
      const ran = spawnSync(process.execPath, ["--input-type=module", "-e", script], options);
      assert.deepEqual([ran.stdout.trim(), ran.status], ["64", 0], ran.stderr);
    });

    it("need the same memory for any number of files", async function () {
      if (process.platform !== "linux") return skip(this, "only Linux reports the most memory that a process had");
      const model = zeros(["a", "b", "c", "d"], 256 * MIB);
      const script = `
        const { readFileSync } = await import("node:fs");
        const { HashPool } = await import(${JSON.stringify(POOL)});
        await new HashPool({ workers: 2 }).digest({ files: ${JSON.stringify(model)}, algorithm: "sha256" });
        console.log(/^VmHWM:\\s+(\\d+) kB/m.exec(readFileSync("/proc/self/status", "utf8"))[1]);`;
      const options = { encoding: "utf8", timeout: 50_000 } as const;
      const ran = spawnSync(process.execPath, ["--input-type=module", "-e", script], options);
      const peak = Number(ran.stdout) * 1024;
      // Run from source, each thread also holds what turns TypeScript into JavaScript.
      assert.ok(peak > 0 && peak < 512 * MIB, `${Math.round(peak / MIB)} MiB ${ran.stderr}`);
    });
  });

  describe("a thread that crashes", () => {
    for (const [what, reason] of [
      ["throw", /made on purpose/],
      ["exit", /status 7/],
    ] as const) {
      it(`is an error of the request, and the pool continues: ${what}`, async () => {
        const model = files(["good.bin", "model.bin"]);
        const fault = { what, file: "model.bin", offset: MIB } as const;
        const pool = create({ workers: 2, ...withFaults({ faults: [fault] }) });
        const error = await failsWith("HASHER_FAILED", () => pool.digest({ files: model, algorithm: "sha256" }));
        assert.match(error.message, reason);
        const { digests } = await pool.digest({ files: model.slice(0, 1), algorithm: "sha256" });
        assert.deepEqual(digests, [
          [
            createHash("sha256")
              .update(pattern(17 * MIB))
              .digest("hex"),
          ],
        ]);
      });
    }

    it("out of memory is an error of the request", async () => {
      const fault = { what: "exhaust", file: "model.bin", offset: 0 } as const;
      const { threads } = withFaults({ faults: [fault] });
      const pool = create({ threads: { ...threads, resourceLimits: { maxOldGenerationSizeMb: 64 } } });
      const error = await failsWith("HASHER_FAILED", () => pool.digest({ files: files(), algorithm: "sha256" }));
      assert.match(error.message, /memory/i);
    });

    it("at its start is an error of the request", async () => {
      const pool = create({ threads: { execArgv: ["--import", "data:text/javascript,throw new Error('no start')"] } });
      const error = await failsWith("HASHER_FAILED", () => pool.digest({ files: files(), algorithm: "sha256" }));
      assert.match(error.message, /no start/);
    });

    it("is an error of its own request only", async () => {
      const model = files(["model.bin", "other.bin"]);
      const fault = { what: "exit", file: "model.bin", offset: 2 * MIB } as const;
      const pool = create({ workers: 1, ...withFaults({ faults: [fault] }) });
      const bad = failsWith("HASHER_FAILED", () => pool.digest({ files: model.slice(0, 1), algorithm: "sha256" }));
      const good = pool.digest({ files: model.slice(1), algorithm: "sha256" });
      await bad;
      assert.equal((await good).digests.length, 1);
    });
  });

  describe("cancel", () => {
    it("before anything started", async () => {
      const signal = AbortSignal.abort();
      await failsWith("CANCELLED", () => create().digest({ files: files(), algorithm: "sha256" }, { signal }));
    });

    for (const workers of [0, 2]) {
      it(`in the middle of a file closes it, and the pool continues: ${workers} threads`, async () => {
        const [huge] = zeros(["huge.bin"], 1024 * 1024 * MIB);
        const [small] = files(["small.bin"]);
        assert.ok(huge && small);
        const pool = create({ workers, ...withFaults({ record: record() }) });
        const controller = new AbortController();
        let asked = 0;
        const onProgress = (): void => {
          asked = performance.now();
          controller.abort();
        };
        const { signal } = controller;
        await failsWith("CANCELLED", () => pool.digest({ files: [huge], algorithm: "sha256" }, { signal, onProgress }));
        assert.ok(performance.now() - asked < 2000);
        if (process.platform === "linux") assert.deepEqual(openFiles(folder()), []);
        const { digests } = await pool.digest({ files: [small], algorithm: "sha256" });
        assert.equal(digests.length, 1);
        assert.equal(startsIn(record()) > 0, workers > 0);
      });
    }

    it("while a read hangs ends the thread, and other requests continue", async () => {
      const model = files(["model.bin", "other.bin"]);
      const fault = { what: "stuck", file: "model.bin", offset: 2 * MIB } as const;
      const pool = create({ workers: 1, ...withFaults({ faults: [fault], record: record() }) });
      const controller = new AbortController();
      const stuck = failsWith("CANCELLED", () =>
        pool.digest({ files: model.slice(0, 1), algorithm: "sha256" }, { signal: controller.signal }),
      );
      await until(() => readLines(record()).includes("stuck"));
      const others = Promise.all(
        Array.from({ length: 6 }, () => pool.digest({ files: model.slice(1), algorithm: "sha256" })),
      );
      controller.abort();
      await stuck;
      assert.equal((await others).length, 6);
      await pool.digest({ files: model.slice(1), algorithm: "sha256" });
    });
  });

  it("reports progress in total bytes, never falling, with a file's name, at most ten times a second", async () => {
    const model = zeros(["a.bin", "b.bin"], 768 * MIB);
    const reports: DigestProgress[] = [];
    const started = performance.now();
    const onProgress = (progress: DigestProgress): void => void reports.push(progress);
    await create().digest({ files: model, algorithm: "sha256" }, { onProgress });
    const most = (performance.now() - started) / 100 + 1;
    assert.ok(reports.length > 0 && reports.length <= most, `${reports.length} times, ${most} at most`);
    let last = 0;
    for (const { bytesDone, bytesTotal, file } of reports) {
      assert.ok(bytesDone >= last && bytesDone <= bytesTotal);
      assert.equal(bytesTotal, 2 * 768 * MIB);
      assert.ok(file === undefined || file === "a.bin" || file === "b.bin");
      last = bytesDone;
    }
    assert.ok(reports.some(({ file }) => file !== undefined));
  });

  it("rejects with the error of the caller's progress function, and continues with other requests", async () => {
    const pool = create();
    const onProgress = (): void => {
      throw new TypeError("the caller's own");
    };
    const huge = zeros(["huge.bin"], 1024 * 1024 * MIB);
    await assert.rejects(pool.digest({ files: huge, algorithm: "sha256" }, { onProgress }), TypeError);
    assert.equal((await pool.digest({ files: files(["small"]), algorithm: "sha256" })).digests.length, 1);
  });

  it("rejects running requests when it is disposed, can be disposed twice, and accepts nothing afterwards", async () => {
    const model = files();
    const fault = { what: "stuck", file: "model.bin", offset: 2 * MIB } as const;
    const pool = create(withFaults({ faults: [fault], record: record() }));
    const request = failsWith("CANCELLED", () => pool.digest({ files: model, algorithm: "sha256" }));
    await until(() => readLines(record()).includes("stuck"));
    await Promise.all([pool.dispose(), pool.dispose()]);
    await request;
    await failsWith("CANCELLED", () => pool.digest({ files: model, algorithm: "sha256" }));
  });
});

/** Paths below `folder` that this process has open. */
function openFiles(folder: string): string[] {
  return readdirSync("/proc/self/fd")
    .map((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`);
      } catch {
        return "";
      }
    })
    .filter((path) => path.startsWith(folder) && !path.endsWith("record"));
}

/** The suite's time limit is the only one. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await pause(10);
}
