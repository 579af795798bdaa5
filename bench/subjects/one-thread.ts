// one-thread.ts MODEL [SHARD-SIZE]: seconds of reading and digesting in turn, on one thread.
import { createHash } from "node:crypto";
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { filesBelow } from "../files.ts";

const [model = "", shard] = process.argv.slice(2);
const shardSize = shard === undefined ? Number.POSITIVE_INFINITY : Number(shard);
const paths = statSync(model).isDirectory() ? filesBelow(model) : [model];
const block = Buffer.allocUnsafeSlow(1024 * 1024);

const started = performance.now();
for (const path of paths) {
  const fd = openSync(path, "r");
  let hash = createHash("sha256");
  let filled = 0;
  for (;;) {
    const got = readSync(fd, block, 0, Math.min(block.length, shardSize - filled), null);
    if (got === 0) break;
    hash.update(block.subarray(0, got));
    filled += got;
    if (filled < shardSize) continue;
    hash.digest("hex");
    hash = createHash("sha256");
    filled = 0;
  }
  hash.digest("hex");
  closeSync(fd);
}
console.log((performance.now() - started) / 1000);
