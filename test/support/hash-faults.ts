// Preload (`--import`) of a worker thread of the pool: makes the faults that `HASH_FAULTS` asks for, when the named file
// is read at or after an offset.
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { basename } from "node:path";
import type { HashFaults } from "./hash-faults-plan.ts";

const plan: HashFaults = JSON.parse(process.env["HASH_FAULTS"] ?? "{}");
if (plan.record !== undefined) fs.appendFileSync(plan.record, "start\n");

const names = new Map<number, string>();
const { openSync, closeSync, readSync, read } = fs;

function beforeRead(fd: number, offset: number): void {
  const name = names.get(fd);
  for (const fault of plan.faults ?? []) {
    if (fault.file !== name || offset < fault.offset) continue;
    switch (fault.what) {
      case "error":
        throw Object.assign(new Error(`${fault.system}: made on purpose, read`), {
          code: fault.system,
          syscall: "read",
        });
      case "stuck":
        if (plan.record !== undefined) fs.appendFileSync(plan.record, "stuck\n");
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
        break;
      case "append":
        if (once(fault.mark)) fs.appendFileSync(fault.target, "more");
        break;
      case "truncate":
        if (once(fault.mark)) fs.truncateSync(fault.target, fault.to);
        break;
      case "touch":
        if (once(fault.mark)) fs.utimesSync(fault.target, 1, 1);
        break;
      case "exit":
        // Of this thread.
        process.exit(7);
        break;
      case "throw":
        throw new TypeError("made on purpose");
      case "exhaust": {
        const hoard: unknown[] = [];
        for (;;) hoard.push(new Array(1_000_000).fill(hoard.length));
      }
    }
  }
}

function once(mark: string): boolean {
  const isFirst = !fs.existsSync(mark);
  fs.appendFileSync(mark, "x");
  return isFirst;
}

Object.assign(fs, {
  openSync: (...args: Parameters<typeof openSync>) => {
    const fd = openSync(...args);
    names.set(fd, basename(String(args[0])));
    if (plan.order !== undefined) fs.writeSync(openOrder(plan.order), `${basename(String(args[0]))}\n`);
    return fd;
  },
  closeSync: (fd: number) => {
    names.delete(fd);
    closeSync(fd);
  },
  readSync: (fd: number, buffer: Uint8Array, into: number, length: number, position: number | null) => {
    beforeRead(fd, (position ?? into) + length);
    const got = readSync(fd, buffer, into, length, position);
    const longer = plan.faults?.some(({ what, file }) => what === "longer" && file === names.get(fd));
    return got === 0 && longer === true ? 1 : got;
  },
  read: (
    fd: number,
    buffer: Buffer,
    into: number,
    length: number,
    position: number,
    done: (error: NodeJS.ErrnoException | null, got: number) => void,
  ) => {
    try {
      beforeRead(fd, position + length);
    } catch (error) {
      if (!(error instanceof Error) || error instanceof TypeError) throw error;
      setImmediate(done, error, 0);
      return;
    }
    read(fd, buffer, into, length, position, done);
  },
});
syncBuiltinESMExports();

let order: number | undefined;

function openOrder(path: string): number {
  order ??= openSync(path, "a");
  return order;
}
