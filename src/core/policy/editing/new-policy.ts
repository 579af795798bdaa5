import { type PolicyDraft, writePolicies } from "../interchange/draft.ts";
import type { Policy } from "../policy.ts";
import { readPolicies } from "../read-policies.ts";
import { requireValid } from "./plan-edit.ts";

/** A policy file that does not exist yet. */
export interface PlannedFile {
  readonly text: string;
  readonly policies: readonly Policy[];
}

/**
 * A new policy file with these policies, as the engine reads it.
 *
 * @param path absolute; where it will be
 * @param folder what its paths are relative to
 * @throws ProvenanceError POLICY_INVALID
 */
export async function planFile(drafts: readonly PolicyDraft[], path: string, folder: string): Promise<PlannedFile> {
  const text = writePolicies(drafts);
  const read = await readPolicies(Buffer.from(text), path, folder);
  requireValid(read, "The policy would have an error");
  return { text, policies: read.policies };
}
