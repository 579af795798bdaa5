import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
} from "node:fs";
import { join } from "node:path";
import { HashPool } from "../../../../src/core/hashing/hash-pool.ts";
import { parseStatLine, statLine } from "../../../../src/core/model/stat-line.ts";
import { failsWith } from "../../../support/errors.ts";
import { withFaults } from "../../../support/hash-faults-plan.ts";
import { listFiles, pattern } from "../../../support/listed-files.ts";
import { useTemporaryFolder, writeTree } from "../../../support/temporary-folder.ts";

const MIB = 1024 * 1024;
const windows = process.platform === "win32";

/** One that is read whole, and one that is read in several blocks. */
const KINDS = { small: 5000, large: 6 * MIB } as const;
/** Content of a file that makes threads worth it. */
const FILLER = Buffer.alloc(17 * MIB);

describe("a file that is not as listed", function () {
  this.timeout(60_000);
  const folder = useTemporaryFolder();
  const pools: [string, HashPool][] = [
    ["worker threads", new HashPool()],
    ["the calling thread", new HashPool({ workers: 0 })],
  ];
  after(() => Promise.all(pools.map(([, pool]) => pool.dispose())));

  for (const [kind, size] of Object.entries(KINDS)) {
    for (const [name, pool] of pools) {
      const changes: [string, string, (path: string) => void][] = [
        ["longer", "size", (path) => appendFileSync(path, "x")],
        ["shorter", "size", (path) => truncateSync(path, size - 1)],
        ["empty", "size", (path) => truncateSync(path, 0)],
        ["touched", "times", (path) => utimesSync(path, 1000, 1000)],
        ["removed", "removed", (path) => rmSync(path)],
        ["now a folder", "not-a-file", (path) => instead(path, mkdirSync)],
        ["replaced by a copy", "replaced", (path) => replace(path, size)],
        ["its folder gone", "removed", (path) => renameSync(join(path, ".."), `${join(path, "..")}-away`)],
      ];
      if (!windows) {
        changes.push(
          ["now a pipe without a writer", "not-a-file", (path) => instead(path, () => execFileSync("mkfifo", [path]))],
          ["now a link to another file", "replaced", (path) => link(path, size)],
          ["now a link to a device", "not-a-file", (path) => instead(path, () => symlinkSync("/dev/zero", path))],
        );
      }
      for (const [what, expected, change] of changes) {
        it(`${kind}, ${what}, ${name}`, async () => {
          writeTree(folder(), { "in/model.bin": pattern(size), "in/other.bin": pattern(size), "filler.bin": FILLER });
          const files = listFiles(folder(), ["in/other.bin", "in/model.bin", "filler.bin"]);
          change(join(folder(), "in/model.bin"));
          const error = await failsWith("FILE_CHANGED", () => pool.digest({ files, algorithm: "sha256" }));
          if (what === "its folder gone") return;
          assert.equal(error.details["file"], "in/model.bin");
          assert.equal(error.details["change"], expected);
          assert.match(error.message, /^in\/model\.bin .*Try again/);
        });
      }
    }
  }

  it("an empty file that grew is reported in shards too, where it has no digest", async () => {
    for (const [, pool] of pools) {
      writeTree(folder(), { empty: "", full: "full" });
      const files = listFiles(folder(), ["empty", "full"]);
      appendFileSync(join(folder(), "empty"), "x");
      const error = await failsWith("FILE_CHANGED", () => pool.digest({ files, algorithm: "sha256", shardSize: 1000 }));
      assert.equal(error.details["file"], "empty");
    }
  });

  it("a file listed with a wrong size only", async () => {
    writeTree(folder(), { a: "12345" });
    const files = listFiles(folder(), ["a"]).map((file) => ({
      ...file,
      size: 4,
      state: statLine({ ...parseStatLine(file.state), size: 4n }),
    }));
    for (const [, pool] of pools) {
      await failsWith("FILE_CHANGED", () => pool.digest({ files, algorithm: "sha256" }));
    }
  });

  it("device and inode are not compared if the file system has none", async () => {
    writeTree(folder(), { a: "12345" });
    const files = listFiles(folder(), ["a"]).map((file) => ({
      ...file,
      state: statLine({ ...parseStatLine(file.state), dev: 0n, ino: 0n }),
    }));
    for (const [, pool] of pools) {
      const { digests } = await pool.digest({ files, algorithm: "sha256" });
      assert.equal(digests.length, 1);
    }
  });

  it("a path that contains a NUL is rejected, and the pool continues", async () => {
    writeTree(folder(), { a: "12345" });
    const good = listFiles(folder(), ["a"]);
    const bad = good.map((file) => ({ ...file, path: `${file.path}\0/etc/passwd` }));
    for (const [, pool] of pools) {
      await failsWith("FILE_UNREADABLE", () => pool.digest({ files: bad, algorithm: "sha256" }));
      const { digests } = await pool.digest({ files: good, algorithm: "sha256" });
      assert.equal(digests.length, 1);
    }
  });

  function replace(path: string, size: number): void {
    writeTree(folder(), { copy: pattern(size) });
    renameSync(join(folder(), "copy"), path);
  }

  function link(path: string, size: number): void {
    writeTree(folder(), { elsewhere: pattern(size) });
    instead(path, () => symlinkSync(join(folder(), "elsewhere"), path));
  }

  function instead(path: string, make: (path: string) => void): void {
    rmSync(path);
    make(path);
  }
});

describe("a file that is longer than its listed size", function () {
  this.timeout(60_000);
  const folder = useTemporaryFolder();

  for (const [kind, size] of Object.entries({ empty: 0, block: MIB, ...KINDS })) {
    for (const shardSize of [undefined, MIB, 4000]) {
      it(`${kind}, ${shardSize === undefined ? "in one piece" : `in shards of ${shardSize}`}`, async () => {
        writeTree(folder(), { "model.bin": pattern(size), "other.bin": pattern(10), "filler.bin": FILLER });
        const pool = new HashPool(withFaults({ faults: [{ what: "longer", file: "model.bin", offset: 0 }] }));
        try {
          const files = listFiles(folder(), ["other.bin", "model.bin", "filler.bin"]);
          const request = { files, algorithm: "sha256", ...(shardSize !== undefined && { shardSize }) } as const;
          const error = await failsWith("FILE_CHANGED", () => pool.digest(request));
          assert.deepEqual([error.details["file"], error.details["change"]], ["model.bin", "longer"]);
          assert.equal(error.details["listedBytes"], size);
        } finally {
          await pool.dispose();
        }
      });
    }
  }
});

describe("a file that changes while it is read", function () {
  this.timeout(60_000);
  const folder = useTemporaryFolder();

  for (const [kind, size] of Object.entries(KINDS)) {
    for (const workers of [1, 2]) {
      for (const what of ["append", "truncate", "touch"] as const) {
        it(`${kind}, ${what}, ${workers} threads`, async () => {
          writeTree(folder(), { "model.bin": pattern(size), "other.bin": pattern(size), "filler.bin": FILLER });
          const fault = {
            what,
            file: "model.bin",
            offset: size / 2,
            target: join(folder(), "model.bin"),
            mark: join(folder(), "mark"),
            to: 100,
          };
          const pool = new HashPool({ workers, ...withFaults({ faults: [fault] }) });
          try {
            const files = listFiles(folder(), ["other.bin", "model.bin", "filler.bin"]);
            const error = await failsWith("FILE_CHANGED", () => pool.digest({ files, algorithm: "sha256" }));
            assert.equal(error.details["file"], "model.bin");
          } finally {
            await pool.dispose();
          }
        });
      }
    }
  }

  it("is reported long before its end if it is huge", async () => {
    const path = join(folder(), "huge.bin");
    writeTree(folder(), { "huge.bin": "" });
    truncateSync(path, windows ? 4 * 1024 * MIB : 1024 * 1024 * MIB);
    const fault = { what: "touch", file: "huge.bin", offset: MIB, target: path, mark: join(folder(), "mark") } as const;
    const pool = new HashPool(withFaults({ faults: [fault] }));
    try {
      const files = listFiles(folder(), ["huge.bin"]);
      await failsWith("FILE_CHANGED", () => pool.digest({ files, algorithm: "sha256" }));
    } finally {
      await pool.dispose();
    }
  });
});

describe("a file that cannot be read", function () {
  this.timeout(60_000);
  const folder = useTemporaryFolder();

  for (const [kind, size] of Object.entries(KINDS)) {
    for (const workers of [1, 2]) {
      it(`is reported with name and offset: ${kind}, ${workers} threads`, async () => {
        writeTree(folder(), { "model.bin": pattern(size), "other.bin": pattern(size), "filler.bin": FILLER });
        const fault = { what: "error", file: "model.bin", offset: size, system: "EIO" } as const;
        const pool = new HashPool({ workers, ...withFaults({ faults: [fault] }) });
        try {
          const files = listFiles(folder(), ["other.bin", "model.bin", "filler.bin"]);
          const error = await failsWith("FILE_UNREADABLE", () => pool.digest({ files, algorithm: "sha256" }));
          assert.equal(error.details["file"], "model.bin");
          assert.equal(error.details["system"], "EIO");
          const offset = Number(error.details["offset"]);
          assert.ok(kind === "small" ? offset === 0 : offset > 0 && offset < size, `offset ${offset}`);
          assert.match(error.message, /^model\.bin cannot be read.*the disk or the network drive reports a read error/);
          const { digests } = await pool.digest({ files: files.slice(0, 1), algorithm: "sha256" });
          assert.equal(digests.length, 1, "the pool goes on after it");
        } finally {
          await pool.dispose();
        }
      });
    }
  }

  it("is reported as changed if it was also truncated", async () => {
    writeTree(folder(), { "model.bin": pattern(KINDS.large), "filler.bin": FILLER });
    const target = join(folder(), "model.bin");
    const pool = new HashPool(
      withFaults({
        faults: [
          { what: "truncate", file: "model.bin", offset: 0, target, to: 5, mark: join(folder(), "mark") },
          { what: "error", file: "model.bin", offset: 0, system: "EIO" },
        ],
      }),
    );
    try {
      const files = listFiles(folder(), ["model.bin", "filler.bin"]);
      await failsWith("FILE_CHANGED", () => pool.digest({ files, algorithm: "sha256" }));
    } finally {
      await pool.dispose();
    }
  });

  const asSomebody = process.getuid === undefined || process.getuid() === 0 ? it.skip : it;
  asSomebody("no permission", async () => {
    writeTree(folder(), { "model.bin": pattern(10) });
    chmodSync(join(folder(), "model.bin"), 0);
    const files = listFiles(folder(), ["model.bin"]);
    const pool = new HashPool({ workers: 0 });
    const error = await failsWith("FILE_UNREADABLE", () => pool.digest({ files, algorithm: "sha256" }));
    assert.match(error.message, /permission denied/);
  });

  const onProcfs = process.platform === "linux" ? it : it.skip;
  onProcfs("a file that lists as empty and is not has changed, whole and in shards, also among others", async () => {
    writeTree(folder(), { a: "a", "filler.bin": FILLER });
    const empty = listFiles("/proc/self", ["status"]);
    assert.equal(empty[0]?.size, 0);
    for (const workers of [0, 2]) {
      const pool = new HashPool({ workers });
      for (const shardSize of [{}, { shardSize: 1000 }]) {
        for (const files of [empty, [...listFiles(folder(), ["a", "filler.bin"]), ...empty]]) {
          const error = await failsWith("FILE_CHANGED", () =>
            pool.digest({ files, algorithm: "sha256", ...shardSize }),
          );
          assert.deepEqual([error.details["file"], error.details["change"]], ["status", "longer"]);
        }
      }
      await pool.dispose();
    }
  });

  // The kernel does not report the speed of the loopback: a regular file with a size and a read error of its own.
  const onLinux = process.platform === "linux" ? it : it.skip;
  onLinux("is reported if the kernel rejects the read of a regular file", async () => {
    const files = listFiles("/sys/class/net/lo", ["speed"]);
    const pool = new HashPool({ workers: 0 });
    const error = await failsWith("FILE_UNREADABLE", () => pool.digest({ files, algorithm: "sha256" }));
    assert.equal(error.details["system"], "EINVAL");
  });
});
