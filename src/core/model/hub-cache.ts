import { basename, dirname } from "node:path";

/** Hugging Face's cache keeps each revision in `models--ORG--NAME/snapshots/REVISION`, of links into its `blobs`. */
const REPOSITORY = /^(models|datasets|spaces|kernels)--(.+)$/;
const REVISION = /^[0-9a-f]{40}$/;

/** The repository and revision of a snapshot. */
export interface HubSnapshot {
  /** What the repository holds: `models`, `datasets`, `spaces` or `kernels`. */
  readonly type: string;
  /** `org/name`. */
  readonly name: string;
  /** Hex, of 40 digits. */
  readonly revision: string;
}

/** @returns undefined for a path that is no snapshot by its names */
export function hubSnapshot(path: string): HubSnapshot | undefined {
  const revision = basename(path);
  const snapshots = dirname(path);
  const [, type, name] = REPOSITORY.exec(basename(dirname(snapshots))) ?? [];
  if (type === undefined || name === undefined || basename(snapshots) !== "snapshots" || !REVISION.test(revision))
    return undefined;
  return { type, name: name.replace("--", "/"), revision };
}
