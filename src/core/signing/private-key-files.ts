import type { ModelFile } from "../model/file-list.ts";
import { parseLfsPointer } from "../model/git-lfs-pointer.ts";
import { readSmallFile } from "../model/read-small-file.ts";
import { TimeSlices } from "../model/time-slices.ts";

/** Bytes: a file with a key in it, a chain of certificates included, is smaller. */
const LARGEST = 64 * 1024;
/** Bytes: the shortest key in PEM, Ed25519 in PKCS#8, has 119. */
const SMALLEST = 100;

const MARK = Buffer.from("PRIVATE KEY");
/**
 * RFC 7468, PKCS#1, SEC 1, OpenSSH and PGP; also as text in JSON, where line ends are `\n`. A mere mention of the header,
 * as in source code, has no key after it.
 */
const PRIVATE_KEY =
  /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----(?:\s|\\[rn])+(?:[A-Za-z-]+: |[A-Za-z0-9+/=]{16})/;

/** What the contents of small files show: canonical names. */
export interface SmallFiles {
  /** Files with a private key in PEM, whatever they are called. */
  readonly privateKeys: readonly string[];
  /** Git LFS pointers in place of what they stand for. */
  readonly pointers: readonly string[];
}

/**
 * Looks into each small file once. One that cannot be read is reported when it is hashed.
 *
 * @param largest bytes of a file that is read
 * @throws ProvenanceError CANCELLED
 */
export async function lookIntoSmallFiles(
  files: readonly ModelFile[],
  signal?: AbortSignal,
  largest = LARGEST,
): Promise<SmallFiles> {
  const slices = new TimeSlices(signal);
  const privateKeys: string[] = [];
  const pointers: string[] = [];
  for (const { name, path, size } of files) {
    if (size < SMALLEST || size > largest) continue;
    const bytes = readSmallFile(path, largest, false);
    if (bytes === undefined) continue;
    if (bytes.includes(MARK) && PRIVATE_KEY.test(bytes.toString("latin1"))) privateKeys.push(name);
    else if (parseLfsPointer(bytes) !== undefined) pointers.push(name);
    if (slices.isOver()) await slices.next();
  }
  return { privateKeys, pointers };
}
