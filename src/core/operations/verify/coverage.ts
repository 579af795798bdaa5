import { dirname } from "node:path";
import type { DigestResult } from "../../hashing/digest-request.ts";
import type { Serialization } from "../../manifest/manifest.ts";
import type { FileList } from "../../model/file-list.ts";
import { indexesBeside, partlyCovered } from "../../model/weight-parts.ts";
import type { Coverage } from "../../verdict.ts";

/** Returns the coverage of a signature, from the files just read. */
export function coverageOf(
  list: FileList,
  serialization: Serialization,
  covered: { readonly names: Iterable<string>; readonly files: number; readonly bytes: number },
  digests: Pick<DigestResult, "bytesRead" | "bytesFromCache">,
  started: number,
  passed: {
    readonly unsigned: readonly string[];
    readonly empty: readonly string[];
    readonly others?: readonly string[];
  },
): Coverage {
  const folder = list.kind === "file" ? dirname(list.root) : list.root;
  const indexed = list.kind === "file" ? indexesBeside(folder) : list.files;
  const partly = partlyCovered(new Set(covered.names), folder, indexed);
  return {
    files: covered.files,
    bytes: covered.bytes,
    bytesRead: digests.bytesRead,
    bytesFromCache: digests.bytesFromCache,
    seconds: (performance.now() - started) / 1000,
    ignored: list.ignored,
    ...(list.hidden && { hidden: list.hidden }),
    ...(list.hubLinks && { hubLinks: list.hubLinks }),
    ...(partly.length > 0 && { partly }),
    ...(passed.others !== undefined && passed.others.length > 0 && { otherSignatures: passed.others }),
    unsigned: passed.unsigned,
    empty: passed.empty,
    algorithm: serialization.algorithm,
    serialization: serialization.method,
    symlinksAllowed: serialization.allowSymlinks,
    ...(serialization.shardSize === undefined ? {} : { shardSize: serialization.shardSize }),
  };
}
