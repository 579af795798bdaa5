import { posix } from "node:path";
import { ProvenanceError } from "../../errors.ts";

/**
 * Patterns of a policy that cover the models of one signer: `skills/*` for a folder that holds several of them and none of
 * another signer, otherwise the path itself. The top folder is never one pattern: it would cover everything beside it.
 *
 * @param paths of the signer's models, relative to the policy's folder, `/` separated
 * @param others paths of models that other signers have signed: two policies that cover a model both have to accept it
 */
export function modelPatterns(paths: readonly string[], others: readonly string[]): readonly string[] {
  const mixed = new Set(others.map(posix.dirname));
  return [...Map.groupBy(paths, posix.dirname)].flatMap(([folder, models]) =>
    models.length > 1 && folder !== "." && !folder.includes("*") && !mixed.has(folder) ? [`${folder}/*`] : models,
  );
}

/**
 * The pattern that covers one path, and no other.
 *
 * @throws ProvenanceError USAGE for a path with an asterisk, which is always a wildcard in a policy
 */
export function literalPattern(path: string): string {
  if (!path.includes("*")) return path;
  const message = `The path ${path} contains an asterisk, so a policy for it would also cover other models.`;
  throw new ProvenanceError("USAGE", message, { details: { path } });
}
