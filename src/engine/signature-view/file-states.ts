// Imports nothing: the viewer's page is compiled with it, without Node's types.

/**
 * The states of files, in the order in which they are listed: compared with a signature, or with a download record.
 * - `added`: not signed; not recorded
 * - `same`: signed and unchanged; the recorded digest
 * - `listed`: signed, not compared; the recorded name and size
 * - `unsigned`: not signed, allowed by a policy
 * - `excluded`: not covered by the signature; no digest is recorded
 */
export const FILE_STATES = ["changed", "missing", "added", "same", "listed", "unsigned", "excluded"] as const;
export type FileState = (typeof FILE_STATES)[number];

/** Which files are listed: `differing` is changed, missing and added. */
export const FILE_FILTERS = ["all", "differing", ...FILE_STATES] as const;
export type FileFilter = (typeof FILE_FILTERS)[number];
