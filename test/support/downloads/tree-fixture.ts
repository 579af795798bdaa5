import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** A folder as data: git checks out links and line ends in its own way on each system, and JSON in one. */
export interface TreeFixture {
  /** Base64 by path, `/` separated. */
  readonly files: Readonly<Record<string, string>>;
  /** What a symbolic link holds, by its path. */
  readonly links: Readonly<Record<string, string>>;
}

/** Reads a folder, but for its locks. */
export function readTree(folder: string): TreeFixture {
  const files: Record<string, string> = {};
  const links: Record<string, string> = {};
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" }).sort()) {
    const path = join(folder, name);
    const stats = lstatSync(path);
    const key = name.replaceAll("\\", "/");
    if (key.startsWith(".locks/") || key.endsWith(".lock")) continue;
    if (stats.isSymbolicLink()) links[key] = readlinkSync(path);
    else if (stats.isFile()) files[key] = readFileSync(path).toString("base64");
  }
  return { files, links };
}

/** Makes the folder of a fixture. */
export function buildTree(folder: string, { files, links }: TreeFixture): void {
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, Buffer.from(content, "base64"));
  }
  for (const [name, target] of Object.entries(links)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(target, path);
  }
}
