import { HASH_ALGORITHMS } from "../core/hashing/digest-request.ts";
import { type ArgumentsOf, type OptionSpecs, usageError } from "./arguments.ts";
import { signingIgnoreChoice } from "./ignore-options.ts";
import type { ReportOptions } from "./report.ts";

/** Options that several commands share. */

export const IGNORE_OPTIONS = {
  "ignore-paths PATH …":
    "A file or folder of the model to exclude; may be given several times. Relative to the current directory.",
} satisfies OptionSpecs;

/** What of a model is signed, and how. */
export const MANIFEST_OPTIONS = {
  "ignore-paths PATH …":
    "A file or folder of the model to exclude; may be given several times. Relative to the current directory. A pattern (* is anything but a slash, ** is anything) excludes each file that it matches.",
  "exclude-junk":
    "Exclude what tools wrote next to the model's files, each by its path: .DS_Store, Thumbs.db, desktop.ini, .cache/huggingface and notebooks in .ipynb_checkpoints, if their content is what these tools write.",
  "[no-]ignore-git-paths":
    "Exclude .git, .gitattributes, .github and .gitignore at the top of the model. Default: yes.",
  "allow-symlinks": "Follow symbolic links and sign what they point to. Without it, a link is an error.",
  "hash ALGORITHM": "sha256, blake2b or blake3. Default: sha256, which every tool can verify.",
  "shard-size BYTES":
    "One digest for each shard of so many bytes, so that a large file is hashed in parallel: 1000000000, 1GB, 500MiB. Default: one digest per file.",
} satisfies OptionSpecs;

export const REPORT_OPTIONS = {
  json: "Print one JSON object (schemas/report.schema.json) instead of text.",
  long: "Print digests, fingerprints and lists in full.",
  all: "List every file. Without it, a list ends after ten with a count.",
} satisfies OptionSpecs;

/** How much of a report is printed. */
export function reportOptions(args: ArgumentsOf<typeof REPORT_OPTIONS>): ReportOptions {
  return { long: args.flag("long") ?? false, all: args.flag("all") ?? false };
}

/** One of a few words. @throws ProvenanceError USAGE */
export function oneOf<T extends string>(text: string, words: readonly T[], option: string): T {
  const found = words.find((word) => word === text);
  if (found === undefined) throw usageError(`${option}: "${text}" is not one of ${words.join(", ")}.`);
  return found;
}

interface FormatArguments {
  text(name: "format"): string | undefined;
  flag(name: "json"): boolean | undefined;
}

/** The format that `--format` or `--json` asks for; `text` without either. @throws ProvenanceError USAGE */
export function reportFormat<T extends string>(args: FormatArguments, formats: readonly T[]): T | "json" | "text" {
  const text = args.text("format");
  const json = args.flag("json") === true;
  if (text === undefined) return json ? "json" : "text";
  const found = oneOf(text, formats, "--format");
  if (json && found !== "json") throw usageError(`--json and --format ${found} exclude each other.`);
  return found;
}

const UNITS: Readonly<Record<string, number>> = {
  ...{ "": 1, b: 1, kb: 1e3, mb: 1e6, gb: 1e9, tb: 1e12 },
  ...{ kib: 2 ** 10, mib: 2 ** 20, gib: 2 ** 30, tib: 2 ** 40 },
};

/**
 * A number of bytes: `1000000000`, `1GB` (powers of ten), `500MiB` (powers of two).
 *
 * @throws ProvenanceError USAGE
 */
export function parseSize(text: string, option: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim());
  const unit = UNITS[(match?.[2] ?? "?").toLowerCase()];
  const bytes = unit === undefined ? Number.NaN : Number(match?.[1]) * unit;
  if (!Number.isSafeInteger(bytes) || bytes < 1) {
    throw usageError(`${option}: "${text}" is not a number of bytes. Examples: 1000000000, 1GB, 500MiB.`);
  }
  return bytes;
}

/** What {@link MANIFEST_OPTIONS} ask for. @throws ProvenanceError USAGE, IGNORE_PATH */
export function manifestChoice(model: string, args: ArgumentsOf<typeof MANIFEST_OPTIONS>, cwd: string) {
  const hash = args.text("hash");
  const shardSize = args.text("shard-size");
  return {
    ...(hash !== undefined && { algorithm: oneOf(hash.toLowerCase(), HASH_ALGORITHMS, "--hash") }),
    ...(shardSize !== undefined && { shardSize: parseSize(shardSize, "--shard-size") }),
    ...signingIgnoreChoice(model, args.list("ignore-paths"), cwd),
    excludeToolFiles: args.flag("exclude-junk") ?? false,
    ignoreGitPaths: args.flag("ignore-git-paths") ?? true,
    allowSymlinks: args.flag("allow-symlinks") ?? false,
  };
}

/**
 * Rejects {@link MANIFEST_OPTIONS} where a manifest says itself what is hashed, and how.
 *
 * @param option the one that names manifests
 * @throws ProvenanceError USAGE
 */
export function rejectManifestOptions(args: ArgumentsOf<typeof MANIFEST_OPTIONS>, option: string): void {
  const given = [
    ...(["hash", "shard-size"] as const).filter((name) => args.text(name) !== undefined),
    ...(args.list("ignore-paths").length > 0 ? ["ignore-paths"] : []),
    ...(["ignore-git-paths", "allow-symlinks", "exclude-junk"] as const).filter(
      (name) => args.flag(name) !== undefined,
    ),
  ];
  if (given[0] === undefined) return;
  throw usageError(`--${given[0]} and --${option} exclude each other: give it to digest --part.`);
}

/** Policies, and what goes with them. */
export const POLICY_OPTIONS = {
  "policy FILE …": "A policy file, which defines who may sign. May be given several times; each has to accept.",
  "root DIR":
    "The folder that the patterns of the policies are relative to. Default: the folder of the first policy that the model is in, or else the current directory.",
  offline: "Never use the network: keyless signatures are verified against the stored trust root.",
} satisfies OptionSpecs;
