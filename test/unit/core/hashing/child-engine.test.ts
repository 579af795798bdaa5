import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, readlinkSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { createDigestEngine, type EngineOptions } from "../../../../src/core/hashing/child-engine.ts";
import type { DigestEngine, DigestProgress } from "../../../../src/core/hashing/digest-engine.ts";
import { failsWith } from "../../../support/errors.ts";
import { readLines, startsIn, withFaults } from "../../../support/hasher-faults-plan.ts";
import { listFiles, pattern } from "../../../support/listed-files.ts";
import { skip } from "../../../support/results.ts";
import { useTemporaryFolder, writeTree } from "../../../support/temporary-folder.ts";

const MIB = 1024 * 1024;
const ENGINE = new URL("../../../../src/core/hashing/child-engine.ts", import.meta.url).href;

describe("the hashing process", function () {
  this.timeout(60_000);
  const folder = useTemporaryFolder();
  const record = (): string => join(folder(), "record");
  const mark = (): string => join(folder(), "mark");
  let engines: DigestEngine[] = [];
  const create = (options: EngineOptions): DigestEngine => {
    const engine = createDigestEngine(options);
    engines.push(engine);
    return engine;
  };
  afterEach(async () => {
    await Promise.all(engines.map((engine) => engine.dispose()));
    engines = [];
  });

  function files(names: readonly string[] = ["model.bin"], size = 3 * MIB) {
    writeTree(folder(), Object.fromEntries(names.map((name) => [name, pattern(size)])));
    return listFiles(folder(), names);
  }

  describe("a crash", () => {
    it("is survived: the request is taken up again in a new process, and the digests are right", async () => {
      const model = files(["a", "b", "model.bin"]);
      const fault = { what: "die", file: "model.bin", offset: MIB, times: 3, mark: mark() } as const;
      const engine = create({ pausesMs: [1, 2, 3], ...withFaults({ faults: [fault], record: record() }) });
      const { digests } = await engine.digest({ files: model, algorithm: "sha256" });
      const whole = createDigestEngine();
      engines.push(whole);
      assert.deepEqual(digests, (await whole.digest({ files: model, algorithm: "sha256" })).digests);
      assert.equal(startsIn(record()).length, 4);
    });

    it("a fourth time is one too many: the request fails with the reason, and the next one starts afresh", async () => {
      const model = files(["a", "model.bin"]);
      const fault = { what: "die", file: "model.bin", offset: MIB, times: 1000, mark: mark() } as const;
      const engine = create({ pausesMs: [1, 2, 3], ...withFaults({ faults: [fault], record: record() }) });
      const error = await failsWith("HASHER_FAILED", () => engine.digest({ files: model, algorithm: "sha256" }));
      assert.match(error.message, /SIGKILL.*started 4 times/);
      assert.equal(startsIn(record()).length, 4);
      const { digests } = await engine.digest({ files: model.slice(0, 1), algorithm: "sha256" });
      assert.equal(digests.length, 1);
    });

    it("of a thread counts as one, and its last words are the reason", async () => {
      const fault = { what: "throw", file: "model.bin", offset: MIB } as const;
      const engine = create({ pausesMs: [1], ...withFaults({ faults: [fault], record: record() }) });
      const error = await failsWith("HASHER_FAILED", () => engine.digest({ files: files(), algorithm: "sha256" }));
      assert.match(error.message, /made on purpose/);
      assert.equal(startsIn(record()).length, 2);
    });

    it("for want of memory counts as one", async () => {
      const model = files(["model.bin"], 100);
      const fault = { what: "exhaust", file: "model.bin", offset: 0 } as const;
      const { execArgv = [], env = {} } = withFaults({ faults: [fault], record: record() });
      const engine = create({ pausesMs: [1], execArgv: [...execArgv, "--max-old-space-size=64"], env });
      const error = await failsWith("HASHER_FAILED", () => engine.digest({ files: model, algorithm: "sha256" }));
      assert.match(error.message, /memory/i);
      assert.equal(startsIn(record()).length, 2);
    });

    it("at the start: a hasher that is not there, or is no hasher", async () => {
      const model = files();
      writeTree(folder(), {
        "quits.mjs": "process.exit(3)",
        "mumbles.mjs": "process.send('hello'); setTimeout(() => {}, 1e6)",
      });
      for (const [name, reason] of [
        ["missing.mjs", /MODULE_NOT_FOUND/],
        ["quits.mjs", /status 3/],
        ["mumbles.mjs", /nobody understands/],
      ] as const) {
        const hasher = pathToFileURL(join(folder(), name));
        const engine = create({ pausesMs: [1, 1, 1], hasher });
        const error = await failsWith("HASHER_FAILED", () => engine.digest({ files: model, algorithm: "sha256" }));
        assert.match(error.message, reason);
      }
    });

    it("while two requests are under way fails only the one that is to blame, in the end", async () => {
      const model = files(["model.bin", "other.bin"]);
      const fault = { what: "die", file: "model.bin", offset: 2 * MIB, times: 2, mark: mark() } as const;
      const engine = create({ pausesMs: [1, 1, 1], ...withFaults({ faults: [fault] }) });
      const [bad, good] = await Promise.all([
        engine.digest({ files: model.slice(0, 1), algorithm: "sha256" }),
        engine.digest({ files: model.slice(1), algorithm: "sha256" }),
      ]);
      assert.deepEqual(bad.digests, good.digests);
    });
  });

  describe("cancel", () => {
    it("before anything started", async () => {
      const engine = create({});
      const signal = AbortSignal.abort();
      await failsWith("CANCELLED", () => engine.digest({ files: files(), algorithm: "sha256" }, { signal }));
    });

    it("while it reads: the process lets go of the files, stays, and answers the next request", async () => {
      writeTree(folder(), { "huge.bin": "", "small.bin": "small" });
      truncateSync(join(folder(), "huge.bin"), 1024 * 1024 * MIB);
      const [huge, small] = listFiles(folder(), ["huge.bin", "small.bin"]);
      assert.ok(huge && small);
      // A limit that never comes: only the process's own answer can end the request.
      const engine = create({ cancelMs: 1_000_000, ...withFaults({ record: record() }) });
      const controller = new AbortController();
      const onProgress = (): void => controller.abort();
      await failsWith("CANCELLED", () =>
        engine.digest({ files: [huge], algorithm: "sha256" }, { signal: controller.signal, onProgress }),
      );
      const [start] = startsIn(record());
      assert.ok(start);
      if (process.platform === "linux") assert.deepEqual(openFiles(start.pid, folder()), []);
      const { digests } = await engine.digest({ files: [small], algorithm: "sha256" });
      assert.equal(digests.length, 1);
      assert.equal(startsIn(record()).length, 1, "no second process");
    });

    it("while a read hangs: the process is ended, and another request goes on in a new one", async () => {
      const model = files(["model.bin", "other.bin"]);
      const fault = { what: "stuck", file: "model.bin", offset: 2 * MIB } as const;
      const engine = create({ pausesMs: [], workers: 1, ...withFaults({ faults: [fault], record: record() }) });
      const controller = new AbortController();
      const stuck = failsWith("CANCELLED", () =>
        engine.digest({ files: model.slice(0, 1), algorithm: "sha256" }, { signal: controller.signal }),
      );
      await until(() => readLines(record()).includes('"stuck"'));
      const others = Promise.all(
        Array.from({ length: 6 }, () => engine.digest({ files: model.slice(1), algorithm: "sha256" })),
      );
      controller.abort();
      await stuck;
      const [first] = startsIn(record());
      assert.ok(first);
      await until(() => !isAlive(first.pid));
      assert.equal((await others).length, 6);
    });

    it("in the pause before a new start", async () => {
      const controller = new AbortController();
      const dies = `import { appendFileSync } from "node:fs"; appendFileSync(${JSON.stringify(record())}, process.pid + "\\n");`;
      writeTree(folder(), { "dies.mjs": dies });
      const engine = create({ pausesMs: [1_000_000], hasher: pathToFileURL(join(folder(), "dies.mjs")) });
      const request = failsWith("CANCELLED", () =>
        engine.digest({ files: files(), algorithm: "sha256" }, { signal: controller.signal }),
      );
      await until(() => readLines(record()).length > 0 && !isAlive(Number(readLines(record())[0])));
      controller.abort();
      await request;
    });
  });

  it("progress is bytes done of all, never falls, names a file, and comes at most ten times a second", async () => {
    writeTree(folder(), { "a.bin": "", "b.bin": "" });
    for (const name of ["a.bin", "b.bin"]) truncateSync(join(folder(), name), 768 * MIB);
    const model = listFiles(folder(), ["a.bin", "b.bin"]);
    const engine = create({});
    const told: DigestProgress[] = [];
    const started = performance.now();
    await engine.digest({ files: model, algorithm: "sha256" }, { onProgress: (progress) => told.push(progress) });
    const most = (performance.now() - started) / 100 + 1;
    assert.ok(told.length > 0 && told.length <= most, `${told.length} times, ${most} at most`);
    let last = 0;
    for (const { bytesDone, bytesTotal, file } of told) {
      assert.ok(bytesDone >= last && bytesDone <= bytesTotal);
      assert.equal(bytesTotal, 2 * 768 * MIB);
      assert.ok(file === undefined || file === "a.bin" || file === "b.bin");
      last = bytesDone;
    }
    assert.ok(told.some(({ file }) => file !== undefined));
  });

  it("an error in the caller's progress function is the request's, and nobody else's", async () => {
    writeTree(folder(), { "huge.bin": "", small: "small" });
    truncateSync(join(folder(), "huge.bin"), 1024 * 1024 * MIB);
    const engine = create({});
    const onProgress = (): void => {
      throw new TypeError("the caller's own");
    };
    await assert.rejects(
      engine.digest({ files: listFiles(folder(), ["huge.bin"]), algorithm: "sha256" }, { onProgress }),
      TypeError,
    );
    assert.equal(
      (await engine.digest({ files: listFiles(folder(), ["small"]), algorithm: "sha256" })).digests.length,
      1,
    );
  });

  describe("manners", () => {
    it("nothing is started before it is needed, one process serves all, and it ends when idle", async () => {
      const engine = create({ idleMs: 20, ...withFaults({ record: record() }) });
      assert.equal(startsIn(record()).length, 0);
      const model = files(["a"], 10);
      await Promise.all([1, 2].map(() => engine.digest({ files: model, algorithm: "sha256" })));
      const [start, ...more] = startsIn(record());
      assert.ok(start && more.length === 0);
      await until(() => !isAlive(start.pid));
      await engine.digest({ files: model, algorithm: "sha256" });
      assert.equal(startsIn(record()).length, 2);
    });

    it("its environment is bare and it takes no options of this process", async () => {
      process.env["MODEL_SIGNING_SECRET"] = "secret";
      try {
        const engine = create(withFaults({ record: record() }));
        await engine.digest({ files: files(["a"], 10), algorithm: "sha256" });
      } finally {
        delete process.env["MODEL_SIGNING_SECRET"];
      }
      const [start] = startsIn(record());
      // Node itself hands NODE_V8_COVERAGE on, where coverage is measured.
      const mayBe = ["ELECTRON_RUN_AS_NODE", "HASHER_FAULTS", "LD_LIBRARY_PATH", "SystemRoot", "NODE_V8_COVERAGE"];
      const more = start?.environment.filter((name) => !mayBe.includes(name) && !name.startsWith("NODE_CHANNEL_"));
      // Windows and macOS add some of their own.
      assert.deepEqual(process.platform === "linux" ? more : [], []);
      assert.ok(!start?.environment.includes("MODEL_SIGNING_SECRET") && !start?.environment.includes("PATH"));
      assert.ok(start?.environment.includes("ELECTRON_RUN_AS_NODE"));
    });

    const whereNice = process.platform === "win32" ? it.skip : it;
    whereNice("its threads have a low priority, or that of the caller if asked for", async () => {
      for (const [priority, expected] of [
        ["low", "10"],
        ["normal", "0"],
      ] as const) {
        const order = join(folder(), `order-${priority}`);
        const engine = create({ priority, ...withFaults({ order }) });
        await engine.digest({ files: files(["a"], 10), algorithm: "sha256" });
        assert.deepEqual(
          readLines(order).filter((line) => line.startsWith("a ")),
          [`a ${expected}`],
        );
      }
    });

    it("dispose ends it and its requests, twice does no harm, and nothing is accepted afterwards", async () => {
      const model = files();
      const fault = { what: "stuck", file: "model.bin", offset: 2 * MIB } as const;
      const engine = create(withFaults({ faults: [fault], record: record() }));
      const request = failsWith("CANCELLED", () => engine.digest({ files: model, algorithm: "sha256" }));
      await until(() => readLines(record()).includes('"stuck"'));
      await Promise.all([engine.dispose(), engine.dispose()]);
      await request;
      const [start] = startsIn(record());
      assert.ok(start && !isAlive(start.pid));
      await failsWith("CANCELLED", () => engine.digest({ files: model, algorithm: "sha256" }));
    });

    it("takes the memory that it needs for any model, not that of its files", async function () {
      if (process.platform !== "linux") return skip(this, "only Linux tells how much memory a process had at most");
      const names = ["a", "b", "c", "d"];
      writeTree(folder(), Object.fromEntries(names.map((name) => [name, ""])));
      for (const name of names) truncateSync(join(folder(), name), 256 * MIB);
      const engine = create({ workers: 2, ...withFaults({ record: record() }) });
      await engine.digest({ files: listFiles(folder(), names), algorithm: "sha256" });
      const [start] = startsIn(record());
      assert.ok(start);
      const status = readFileSync(`/proc/${start.pid}/status`, "utf8");
      const peak = Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]) * 1024;
      // Run from source it also holds what turns TypeScript into JavaScript, in every thread; the benchmark measures what is shipped.
      assert.ok(peak < 512 * MIB, `${Math.round(peak / MIB)} MiB`);
    });

    it("keeps no process alive that forgot to dispose of it", () => {
      const [model] = files();
      const script = `
        const { createDigestEngine } = await import(${JSON.stringify(ENGINE)});
        const files = ${JSON.stringify([model])};
        const { digests } = await createDigestEngine({ idleMs: 1e8 }).digest({ files, algorithm: "sha256" });
        console.log(digests[0][0].length);`;
      const ran = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
        encoding: "utf8",
        timeout: 50_000,
      });
      assert.deepEqual([ran.stdout.trim(), ran.status], ["64", 0], ran.stderr);
    });

    it("ends with its parent, even one that was killed and while a read hangs", async () => {
      const model = files();
      const faults = withFaults({ faults: [{ what: "stuck", file: "model.bin", offset: MIB }], record: record() });
      const script = `
        const { createDigestEngine } = await import(${JSON.stringify(ENGINE)});
        createDigestEngine(${JSON.stringify(faults)}).digest({ files: ${JSON.stringify(model)}, algorithm: "sha256" });`;
      const parent = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: "ignore" });
      await until(() => readLines(record()).includes('"stuck"'));
      const [start] = startsIn(record());
      assert.ok(start && isAlive(start.pid));
      parent.kill("SIGKILL");
      await once(parent, "exit");
      await until(() => !isAlive(start.pid));
    });
  });
});

/** Paths below `folder` that a process has open. */
function openFiles(pid: number, folder: string): string[] {
  const links = readdirSync(`/proc/${pid}/fd`).map((fd) => readlink(`/proc/${pid}/fd/${fd}`));
  return links.filter((path) => path.startsWith(folder));
}

function readlink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}

/** A process that ended but that nobody asked about is no longer alive either. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const stat = `/proc/${pid}/stat`;
  return !existsSync(stat) || !/\) Z /.test(readFileSync(stat, "utf8"));
}

/** The suite's time limit is the only one. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await pause(10);
}
