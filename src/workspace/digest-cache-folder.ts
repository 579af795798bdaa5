import { join } from "node:path";

/**
 * Where digests of files that were read before are kept, for all windows.
 *
 * @param storage the extension's own folder, outside any workspace
 */
export function digestCacheFolder(storage: string): string {
  return join(storage, "digests");
}
