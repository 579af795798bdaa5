import { parse } from "yaml";

/** A document in YAML without aliases; undefined for what is none. */
export function parseYaml(text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 0, logLevel: "error" });
  } catch {
    return undefined;
  }
}
