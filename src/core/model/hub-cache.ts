import { basename, dirname } from "node:path";

/** Hugging Face's cache keeps each revision in `models--ORG--NAME/snapshots/REVISION`, of links into its `blobs`. */
const REPOSITORY = /^(?:models|datasets|spaces)--(.+)$/;
const REVISION = /^[0-9a-f]{40}$/;

/** The repository and revision of a snapshot. */
interface HubSnapshot {
  /** `org/name`. */
  readonly name: string;
  /** Hex, of 40 digits. */
  readonly revision: string;
}

/** @returns undefined for a path that is no snapshot by its names */
export function hubSnapshot(path: string): HubSnapshot | undefined {
  const revision = basename(path);
  const snapshots = dirname(path);
  const [, name] = REPOSITORY.exec(basename(dirname(snapshots))) ?? [];
  if (name === undefined || basename(snapshots) !== "snapshots" || !REVISION.test(revision)) return undefined;
  return { name: name.replace("--", "/"), revision };
}
