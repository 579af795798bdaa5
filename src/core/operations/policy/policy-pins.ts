import { ProvenanceError } from "../../errors.ts";
import { compareManifests } from "../../manifest/compare-manifests.ts";
import type { Manifest } from "../../manifest/manifest.ts";
import { lockedPin, readLock } from "../../pins/lock-file.ts";
import { type MeasureOptions, measurePin, type PinMeasurement } from "../../pins/measure-pin.ts";
import type { PinnedFiles } from "../../pins/pin-list.ts";
import { type PinFacts, pinsOf } from "../../policy/model-facts.ts";
import type { Policy } from "../../policy/policy.ts";
import type { Coverage, Pin, Verdict } from "../../verdict.ts";

/** The bytes of an unsigned model, as policies pin them. */
export interface MeasuredPin {
  readonly facts: PinFacts;
  readonly measured?: PinMeasurement;
}

/**
 * Measures a model for the policies that pin bytes.
 *
 * @param readFiles if not, its bytes are not known
 * @returns undefined where no policy pins any
 * @throws ProvenanceError MODEL_NOT_FOUND, CANCELLED
 */
export async function measureForPolicies(
  covering: readonly Policy[],
  options: MeasureOptions,
  readFiles: boolean,
): Promise<MeasuredPin | undefined> {
  if (!covering.some((policy) => pinsOf(policy).length > 0)) return undefined;
  if (!readFiles) return { facts: {} };
  try {
    const measured = await measurePin({ ...options, hubCacheLinks: deniesHubLinks(covering) ? "deny" : "allow" });
    const { sha256, hubLinks } = measured;
    return { facts: { sha256, ...(hubLinks.length > 0 && { hubLinks }) }, measured };
  } catch (error) {
    if (!(error instanceof ProvenanceError) || error.code === "CANCELLED" || error.code === "MODEL_NOT_FOUND")
      throw error;
    const { code, message, details } = error;
    return { facts: { problem: { code, message, details } } };
  }
}

/**
 * The verdict of an unsigned model whose policies pin bytes: `pinned` where they are these, and `modified` where they were
 * pinned and are others.
 *
 * @param path as policies see the model
 */
export function concludePin(
  unsigned: Verdict,
  covering: readonly Policy[],
  path: string,
  { facts, measured }: MeasuredPin,
): Verdict {
  const { decision } = unsigned;
  if (measured === undefined && facts.problem === undefined) {
    return { ...unsigned, state: "unchecked", reasons: decision?.reasons ?? [] };
  }
  const pins = pinsFor(covering, path);
  const reasons = unsigned.reasons.filter(({ code }) => code !== "SIGNATURE_NOT_FOUND");
  if (measured === undefined) {
    // What cannot be pinned was added after the model was pinned: a link that was there then may be denied now.
    const isChanged = facts.problem?.code === "MODEL_NOT_PINNABLE" && !deniesHubLinks(covering);
    const pinned = isChanged ? earlierPin(pins) : undefined;
    return pinned === undefined ? unsigned : { ...unsigned, state: "modified", reasons, pin: pinned.pin };
  }
  const reading = measured.bytesFromCache > 0 ? "cached" : "full";
  const known = { ...unsigned, coverage: coverageOf(measured), reading } as const;
  const same = pins.find(({ pin }) => pin.sha256 === measured.sha256);
  if (decision?.outcome === "pinned") {
    return { ...known, state: "pinned", reasons: [], ...(same && { pin: same.pin }) };
  }
  const earlier = earlierPin(pins);
  // Where another policy does not accept the pinned bytes, they are still those that were pinned.
  if (earlier === undefined || same !== undefined) return unsigned;
  const comparison = earlier.files && compareManifests(manifestOf(earlier.files), manifestOf(measured.files));
  return { ...known, state: "modified", reasons, pin: earlier.pin, ...(comparison && { comparison }) };
}

/** A policy that only warns decides for itself, by the links that were read through. */
function deniesHubLinks(covering: readonly Policy[]): boolean {
  return covering.some(({ mode, verification }) => mode === "enforce" && verification.hubCacheLinks === "deny");
}

/** What a policy pins. */
interface KnownPin {
  readonly pin: Pin;
  /** Of this model, where the lock file has them, and they are those of the pinned digest. */
  readonly files?: PinnedFiles;
  /** Whether the policy is about this model and its bytes alone. */
  readonly isOfModel: boolean;
}

function pinsFor(covering: readonly Policy[], path: string): KnownPin[] {
  return covering.flatMap((policy) => {
    const lock = lockedPin(readLock(policy.location.file), path);
    const isOnly = policy.models.length === 1 && policy.models[0]?.pattern === path;
    const isOfModel = isOnly && policy.authorities.every(({ kind }) => kind === "digest");
    return pinsOf(policy).map(({ name, location, sha256, source, note }): KnownPin => {
      const locked = lock?.sha256 === sha256 ? lock : undefined;
      const pin = {
        policy: { name: policy.name, ...policy.location },
        authority: { name, ...location },
        sha256,
        ...(source !== undefined && { source }),
        ...(note !== undefined && { note }),
        ...(locked && { pinnedOn: locked.pinnedOn }),
      };
      return { pin, isOfModel, ...(locked && { files: locked.files }) };
    });
  });
}

/** What was pinned of the model: by the lock file, or by a policy that covers this model alone. */
function earlierPin(pins: readonly KnownPin[]): KnownPin | undefined {
  return pins.find(({ files }) => files !== undefined) ?? pins.find(({ isOfModel }) => isOfModel);
}

function manifestOf(files: PinnedFiles): Manifest {
  const serialization = { method: "files", algorithm: "sha256", allowSymlinks: false, ignorePaths: [] } as const;
  return { serialization, resources: [...files].map(([name, digest]) => ({ name, file: name, digest })) };
}

function coverageOf({ sha256: _, files, hubLinks, ...read }: PinMeasurement): Coverage {
  return {
    ...(hubLinks.length > 0 && { hubLinks }),
    files: files.size,
    ...read,
    ignored: [],
    unsigned: [],
    empty: [],
    algorithm: "sha256",
    serialization: "files",
    symlinksAllowed: false,
  };
}
