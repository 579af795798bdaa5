// node scripts/make-samples.ts FOLDER: writes small models of the common shapes, and keys to sign them with.
import { join, resolve } from "node:path";
import { makeSamples } from "./samples/make.ts";

const [folder, ...more] = process.argv.slice(2);
if (folder === undefined || more.length > 0) {
  console.error("Usage: node scripts/make-samples.ts FOLDER");
  process.exitCode = 2;
} else {
  for (const model of makeSamples(resolve(folder))) console.log(join(folder, model));
}
