import { writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { bundleText, makeStatement, sha256, signBundle } from "./bundles.ts";
import type { KeyPair } from "./keys.ts";

export function manyNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `shards/${String(index).padStart(7, "0")}.bin`);
}

/**
 * Writes a genuine signature of files that are all empty, and need not be there.
 *
 * @returns its path
 */
export function signNames(
  model: string,
  names: readonly string[],
  keys: KeyPair,
  signature = join(model, "model.sig"),
): string {
  const digest = sha256("");
  const resources = names.map((name) => ({ name, digest, algorithm: "sha256" }));
  const statement = makeStatement(resources, { name: basename(model) });
  writeFileSync(signature, bundleText(signBundle(statement, { keys })));
  return signature;
}
