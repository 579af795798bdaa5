import type { HashAlgorithm } from "../../../src/core/hashing/digest-request.ts";

export const METHODS = ["key", "certificate"] as const;
export const CURVES = ["P-256", "P-384", "P-521"] as const;
/** What the model is, and where its signature. */
export const SHAPES = ["folder, signature inside", "folder, signature beside", "single file"] as const;
/** What is excluded: the files of git, a folder as well, or nothing. */
export const IGNORING = ["files of git", "a folder", "nothing"] as const;
/** Whether the model has links to files, which are followed. */
export const LINKS = ["none", "followed"] as const;

/** How a model is hashed, in our words and in the reference's. */
export interface Hashing {
  readonly name: string;
  readonly ours: HashAlgorithm;
  readonly theirs: "sha256" | "blake2" | "blake3";
  readonly shardSize?: number;
}

export const HASHINGS: readonly Hashing[] = [
  { name: "SHA-256", ours: "sha256", theirs: "sha256" },
  { name: "SHA-256 in shards", ours: "sha256", theirs: "sha256", shardSize: 4 },
  { name: "BLAKE2b", ours: "blake2b", theirs: "blake2" },
  { name: "BLAKE2b in shards", ours: "blake2b", theirs: "blake2", shardSize: 4 },
  { name: "BLAKE3", ours: "blake3", theirs: "blake3" },
];

export interface Combination {
  readonly method: (typeof METHODS)[number];
  readonly curve: (typeof CURVES)[number];
  readonly shape: (typeof SHAPES)[number];
  readonly ignoring: (typeof IGNORING)[number];
  readonly links: (typeof LINKS)[number];
  readonly hashing: Hashing;
}

/** All that can differ; a single file has nothing to exclude and no symlinks. */
export function allCombinations(): Combination[] {
  return METHODS.flatMap((method) =>
    CURVES.flatMap((curve) =>
      HASHINGS.flatMap((hashing) =>
        SHAPES.flatMap((shape): Combination[] =>
          shape === "single file"
            ? [{ method, curve, shape, ignoring: "files of git", links: "none", hashing }]
            : IGNORING.flatMap((ignoring) =>
                LINKS.map((links) => ({ method, curve, shape, ignoring, links, hashing })),
              ),
        ),
      ),
    ),
  );
}

/** Each value of each dimension with every method and shape: other curves only with SHA-256, and links in one model. */
export function mainCombinations(): Combination[] {
  return allCombinations().filter(
    ({ curve, hashing, links, ignoring }) =>
      (curve === "P-256" || hashing.name === "SHA-256") && (links === "none" || ignoring === "files of git"),
  );
}

/** Why the reference rejects what we sign as the specification has it: the documented differences. */
export function knownDifference({ shape, hashing }: Combination): RegExp | undefined {
  if (shape === "single file") return /Missing files in model 'm\.gguf'/;
  if (hashing.shardSize !== undefined) return /Hash mismatch .*-sharded-4/;
  return undefined;
}
