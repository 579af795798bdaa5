// growth.ts COUNT: what a model of so many files costs besides reading them, in seconds and bytes, as JSON.
import { randomBytes } from "node:crypto";
import { parseBundle } from "../../src/core/bundle/parse-bundle.ts";
import { parseStatement } from "../../src/core/bundle/statement.ts";
import { encodeBundle, encodeStatement } from "../../src/core/bundle/write-bundle.ts";
import { compare, matchFiles } from "../../src/core/manifest/compare.ts";
import { buildResources, rootDigest } from "../../src/core/manifest/manifest.ts";
import type { FileList } from "../../src/core/model/file-list.ts";

const count = Number(process.argv[2]);
const files = Array.from({ length: count }, (_, at) => {
  const name = `part-${Math.floor(at / 1000)}/sample-${at}.txt`;
  return { name, path: `/model/${name}`, size: 2500, state: `2500 1 1 1 ${at}` };
}).sort((a, b) => (a.name < b.name ? -1 : 1));
const digests = files.map(() => [randomBytes(32).toString("hex")]);
const list: FileList = {
  root: "/model",
  kind: "directory",
  files,
  totalBytes: count * 2500,
  ignored: [],
  refused: [],
  outside: [],
};
const signature = randomBytes(70);

function seconds<T>(action: () => T): [number, T] {
  const started = performance.now();
  const result = action();
  return [(performance.now() - started) / 1000, result];
}

const base = process.memoryUsage().rss;
const serialization = { method: "files", algorithm: "sha256", allowSymlinks: false, ignorePaths: [] } as const;
const [write, bytes] = seconds(() => {
  const resources = buildResources(files, digests, undefined);
  rootDigest(resources);
  const statement = encodeStatement("model", { serialization, resources });
  return encodeBundle({ method: "key", hint: "00" }, statement, signature);
});
const [read, manifest] = seconds(
  () => parseStatement(parseBundle(bytes, "bundle").envelope.payload, "statement").manifest,
);
const [check, { matches }] = seconds(() => compare(manifest, matchFiles(manifest, list), digests, false));
if (!matches) throw new Error("it does not match itself");
console.log(
  JSON.stringify({ write, read, check, memory: process.resourceUsage().maxRSS * 1024 - base, bundle: bytes.length }),
);
