import { chmodSync } from "node:fs";

const NOBODY = 65534;

/**
 * Runs `work` as a user to whom the modes of the paths in `modes` apply. Root may do everything, so root becomes the user
 * `nobody` for a while. Not for Windows.
 *
 * @param folder a temporary folder, which is opened for the other user
 * @param modes absolute path to mode; 0o755 afterwards
 */
export async function asOrdinaryUser(
  folder: string,
  modes: Readonly<Record<string, number>>,
  work: () => Promise<void>,
): Promise<void> {
  const isRoot = process.geteuid?.() === 0;
  chmodSync(folder, 0o755);
  for (const [path, mode] of Object.entries(modes)) chmodSync(path, mode);
  try {
    if (isRoot) process.seteuid?.(NOBODY);
    await work();
  } finally {
    if (isRoot) process.seteuid?.(0);
    for (const path of Object.keys(modes)) chmodSync(path, 0o755);
  }
}
