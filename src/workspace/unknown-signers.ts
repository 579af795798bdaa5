import { type UnknownSigner, unknownSigner } from "../core/presentation/unknown-signer.ts";
import type { KnownModel } from "./registry.ts";

/** Models that cannot be verified for the same reason: one key or root certificate is not trusted. */
export interface UnknownSignerGroup extends UnknownSigner {
  readonly models: readonly KnownModel[];
}

/**
 * The keys and root certificates whose trust would let models be verified, those of most models first. Models that a
 * policy covers are not included: trust in the settings changes nothing there.
 */
export function unknownSigners(models: readonly KnownModel[]): readonly UnknownSignerGroup[] {
  const groups = new Map<string, UnknownSigner & { readonly models: KnownModel[] }>();
  for (const model of models) {
    const unknown = model.verdict.decision === undefined ? unknownSigner(model.verdict) : undefined;
    if (unknown === undefined) continue;
    const key = `${unknown.kind} ${unknown.claims}`;
    const group = groups.get(key) ?? { ...unknown, models: [] };
    group.models.push(model);
    groups.set(key, group);
  }
  return [...groups.values()].sort((a, b) => b.models.length - a.models.length);
}

/**
 * The groups that deserve a line above the list of models: where nothing is verified, what is missing for any; otherwise
 * only what is missing for several models.
 */
export function notedUnknownSigners(models: readonly KnownModel[]): readonly UnknownSignerGroup[] {
  const isNothingVerified = models.every(({ verdict }) => verdict.state !== "verified");
  return unknownSigners(models).filter((group) => isNothingVerified || group.models.length > 1);
}
