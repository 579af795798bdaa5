import { HASH_ALGORITHMS, type HashAlgorithm } from "../core/hashing/digest-request.ts";
import { type ArgumentsOf, type OptionSpecs, usageError } from "./arguments.ts";
import { parseSize } from "./sizes.ts";

/** Options that several commands share. */

export const IGNORE_OPTIONS = {
  "ignore-paths": {
    type: "list",
    metavar: "PATH",
    help: "A file or folder of the model to leave out; may be given several times. Relative to the current directory.",
  },
} as const satisfies OptionSpecs;

/** What of a model is signed, and how. */
export const MANIFEST_OPTIONS = {
  ...IGNORE_OPTIONS,
  "ignore-git-paths": {
    type: "switch",
    negatable: true,
    help: "Leave .git, .gitattributes, .github and .gitignore at the top of the model out. Default: yes.",
  },
  "allow-symlinks": {
    type: "switch",
    help: "Follow symbolic links and sign what they point to. Without it, a link is an error.",
  },
  hash: {
    type: "text",
    metavar: "ALGORITHM",
    help: "sha256, blake2b or blake3. Default: sha256, which every tool can check.",
  },
  "shard-size": {
    type: "text",
    metavar: "BYTES",
    help: "One digest for each so many bytes of a file, so that one large file is hashed in parallel: 1000000000, 1GB, 500MiB. Default: one digest a file.",
  },
} as const satisfies OptionSpecs;

/**
 * Rejects options about what is signed and how where a manifest says so itself.
 *
 * @param option the one that names manifests
 * @throws ProvenanceError USAGE
 */
export function refuseManifestOptions(args: ArgumentsOf<typeof MANIFEST_OPTIONS>, option: string): void {
  const given = [
    ...(["hash", "shard-size"] as const).filter((name) => args.text(name) !== undefined),
    ...(args.list("ignore-paths").length > 0 ? ["ignore-paths"] : []),
    ...(["ignore-git-paths", "allow-symlinks"] as const).filter((name) => args.flag(name) !== undefined),
  ];
  if (given[0] === undefined) return;
  throw usageError(`--${given[0]} and --${option} exclude one another: give it to digest --part.`);
}

export const REPORT_OPTIONS = {
  json: { type: "switch", help: "Print one JSON object (schemas/report.schema.json) instead of text." },
  long: { type: "switch", help: "Print digests, fingerprints and lists in full." },
} as const satisfies OptionSpecs;

function parseAlgorithm(text: string): HashAlgorithm {
  const found = HASH_ALGORITHMS.find((algorithm) => algorithm === text.toLowerCase());
  if (found === undefined) throw usageError(`--hash: "${text}" is not one of ${HASH_ALGORITHMS.join(", ")}.`);
  return found;
}

export interface HashingChoice {
  readonly algorithm?: HashAlgorithm;
  readonly shardSize?: number;
}

/** @throws ProvenanceError USAGE */
export function hashingChoice(hash: string | undefined, shardSize: string | undefined): HashingChoice {
  return {
    ...(hash !== undefined && { algorithm: parseAlgorithm(hash) }),
    ...(shardSize !== undefined && { shardSize: parseSize(shardSize, "--shard-size") }),
  };
}

/** Policies, and what goes with them. */
export const POLICY_OPTIONS = {
  policy: {
    type: "list",
    metavar: "FILE",
    help: "A policy file: it says who may sign, so that no key or identity has to be named. May be given several times; each has to accept.",
  },
  root: {
    type: "text",
    metavar: "DIR",
    help: "The folder that the patterns of the policies are relative to. Default: the folder of the first policy that the model is in, or else the current directory.",
  },
  offline: {
    type: "switch",
    help: "Never touch the network: signatures by Sigstore are checked against the trust root that is known here.",
  },
} as const satisfies OptionSpecs;
