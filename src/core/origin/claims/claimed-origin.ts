import type { ListedModel } from "../listed-model.ts";
import type { Origin, OriginClaim } from "../origin.ts";
import { huggingFaceRepository } from "./claim.ts";

/** The field in which a GGUF file names its own repository. */
const OWN_REPOSITORY = "general.repo_url";

/** The origin that a file of the model claims, where no record names one. */
export function claimedOrigin(claims: readonly OriginClaim[], { files, others }: ListedModel): Origin | undefined {
  for (const { field, value } of claims) {
    const repository = field === OWN_REPOSITORY ? huggingFaceRepository(value) : undefined;
    if (repository === undefined) continue;
    const unrecorded = [...files.map(({ name }) => name), ...others];
    return {
      source: "huggingface",
      repository,
      basis: "claim",
      files: { match: [], changed: [], missing: [], extra: [], unrecorded },
    };
  }
  return undefined;
}
