import { ProvenanceError } from "./errors.ts";
import type { Comparison } from "./manifest/comparison.ts";
import { compareCodePoints } from "./model/names.ts";
import { lockedPin, readLock } from "./pins/lock-file.ts";
import { type MeasureOptions, measurePin, type PinMeasurement } from "./pins/measure-pin.ts";
import type { PinnedFiles } from "./pins/pin-list.ts";
import type { DigestAuthority } from "./policy/authorities/digest.ts";
import { type PinFacts, pinsOf } from "./policy/model-facts.ts";
import type { Policy } from "./policy/policy.ts";
import type { Coverage, Pin, Verdict } from "./verdict.ts";

/** The bytes of an unsigned model, as policies pin them. */
export interface MeasuredPin {
  readonly facts: PinFacts;
  readonly measured?: PinMeasurement;
  /** Seconds. */
  readonly seconds: number;
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
  if (!readFiles) return { facts: {}, seconds: 0 };
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  try {
    const measured = await measurePin({ ...options, hubCacheLinks: deniesHubLinks(covering) ? "deny" : "allow" });
    const { sha256, hubLinks } = measured;
    return { facts: { sha256, ...(hubLinks.length > 0 && { hubLinks }) }, measured, seconds: seconds() };
  } catch (error) {
    if (!(error instanceof ProvenanceError) || error.code === "CANCELLED" || error.code === "MODEL_NOT_FOUND")
      throw error;
    const { code, message, details } = error;
    return { facts: { problem: { code, message, details } }, seconds: seconds() };
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
  { facts, measured, seconds }: MeasuredPin,
): Verdict {
  const { decision } = unsigned;
  if (measured === undefined && facts.problem === undefined) {
    return { ...unsigned, state: "unchecked", reasons: decision?.reasons ?? [] };
  }
  const reasons = unsigned.reasons.filter(({ code }) => code !== "SIGNATURE_NOT_FOUND");
  if (measured === undefined) {
    // What cannot be pinned was added after the model was pinned: a link that was there then may be denied now.
    const isChanged = facts.problem?.code === "MODEL_NOT_PINNABLE" && !deniesHubLinks(covering);
    const pinned = isChanged ? earlierPin(covering, path) : undefined;
    return pinned === undefined ? unsigned : { ...unsigned, state: "modified", reasons, pin: pinned.pin };
  }
  const reading = measured.bytesFromCache > 0 ? "cached" : "full";
  const known = { ...unsigned, coverage: coverageOf(measured, seconds), reading } as const;
  if (decision?.outcome === "pinned") {
    const pin = covering.flatMap((policy) => pinsWith(policy, measured.sha256, path))[0];
    return { ...known, state: "pinned", reasons: [], ...(pin && { pin }) };
  }
  const earlier = earlierPin(covering, path);
  if (earlier === undefined) return unsigned;
  const comparison = earlier.files && compareFiles(earlier.files, measured.files);
  return { ...known, state: "modified", reasons, pin: earlier.pin, ...(comparison && { comparison }) };
}

/** A policy that only warns decides for itself, by the links that were read through. */
function deniesHubLinks(covering: readonly Policy[]): boolean {
  return covering.some(({ mode, verification }) => mode === "enforce" && verification.hubCacheLinks === "deny");
}

function pinsWith(policy: Policy, sha256: string, path: string): Pin[] {
  const locked = lockedPin(readLock(policy.location.file), path);
  return pinsOf(policy)
    .filter((authority) => authority.sha256 === sha256)
    .map((authority) => pinOf(policy, authority, locked?.sha256 === sha256 ? locked.pinnedOn : undefined));
}

function pinOf(policy: Policy, { name, location, sha256, source, note }: DigestAuthority, pinnedOn?: string): Pin {
  return {
    policy: { name: policy.name, ...policy.location },
    authority: { name, ...location },
    sha256,
    ...(source !== undefined && { source }),
    ...(note !== undefined && { note }),
    ...(pinnedOn !== undefined && { pinnedOn }),
  };
}

interface EarlierPin {
  readonly pin: Pin;
  /** Where the lock file has them, and they are those of the pinned digest. */
  readonly files?: PinnedFiles;
}

/** What was pinned of the model: by the lock file, or by a policy that covers this model alone. */
function earlierPin(covering: readonly Policy[], path: string): EarlierPin | undefined {
  for (const policy of covering) {
    const locked = lockedPin(readLock(policy.location.file), path);
    const authority = pinsOf(policy).find(({ sha256 }) => sha256 === locked?.sha256);
    if (authority !== undefined && locked !== undefined) {
      return { pin: pinOf(policy, authority, locked.pinnedOn), files: locked.files };
    }
  }
  for (const policy of covering) {
    const [authority] = pinsOf(policy);
    const isAlone = policy.models.length === 1 && policy.models[0]?.pattern === path;
    if (authority !== undefined && isAlone && policy.authorities.every(({ kind }) => kind === "digest")) {
      return { pin: pinOf(policy, authority) };
    }
  }
  return undefined;
}

function compareFiles(pinned: PinnedFiles, found: PinnedFiles): Comparison {
  const names = [...new Set([...pinned.keys(), ...found.keys()])].sort(compareCodePoints);
  const changed = names.flatMap((name) => {
    const [expected, now] = [pinned.get(name), found.get(name)];
    return expected === undefined || now === undefined || now === expected ? [] : [{ name, expected, found: now }];
  });
  const missing = names.filter((name) => !found.has(name)).map((name) => ({ name, ignored: false }));
  const added = names.filter((name) => !pinned.has(name)).map((name) => ({ name }));
  return { matches: false, changed, missing, added };
}

function coverageOf({ files, hubLinks, bytes, bytesRead, bytesFromCache }: PinMeasurement, seconds: number): Coverage {
  return {
    ...(hubLinks.length > 0 && { hubLinks }),
    files: files.size,
    bytes,
    bytesRead,
    bytesFromCache,
    seconds,
    ignored: [],
    unsigned: [],
    empty: [],
    algorithm: "sha256",
    serialization: "files",
    symlinksAllowed: false,
  };
}
