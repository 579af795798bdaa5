// blake3-in-memory.ts IMPLEMENTATION BYTES: seconds of processor time that one implementation of BLAKE3 takes.
import { chooseImplementation, IMPLEMENTATIONS } from "../../src/core/hashing/algorithms.ts";

const [name, bytes] = process.argv.slice(2);
const implementation = IMPLEMENTATIONS.blake3.find((one) => one.name === name);
if (implementation === undefined) throw new Error(`no implementation is called ${name}`);
const { digest } = await chooseImplementation("blake3", [implementation]);
const block = Buffer.alloc(1024 * 1024, 1);

function digestBytes(count: number): void {
  digest.begin();
  for (let done = 0; done < count; done += block.length) digest.update(block);
  digest.end();
}

digestBytes(256 * 1024 * 1024);
const before = process.cpuUsage();
digestBytes(Number(bytes));
const { user, system } = process.cpuUsage(before);
console.log((user + system) / 1e6);
