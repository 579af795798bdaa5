import { readFile, stat } from "node:fs/promises";
import { basename } from "node:path";
import * as v from "valibot";
import { fail, ProvenanceError, systemCode } from "../errors.ts";
import { readSmallFile } from "../model/read-small-file.ts";
import { MAX_BUNDLE_BYTES } from "./bounded-json.ts";
import type { Bundle } from "./bundle.ts";
import { parseBundle, tooLarge } from "./parse-bundle.ts";

/** @throws ProvenanceError SIGNATURE_NOT_FOUND, SIGNATURE_UNREADABLE, and those of {@link parseBundle} */
export async function readBundle(path: string): Promise<Bundle> {
  return parseBundle(await readSignatureFile(path), basename(path));
}

/** One bundle of a signature file. */
export interface FileLine {
  readonly bytes: Buffer;
  /** Of a file with a bundle a line; the first is 1. */
  readonly line?: number;
}

const LINE_FEED = 0x0a;
const SMALL_BYTES = 64 * 1024;
const JsonText = v.pipe(v.string(), v.parseJson());

/** The bundles of a signature file: of `claims.jsonl` its lines, but for empty ones; of any other file all of it. */
export function readLines(bytes: Buffer, name: string): readonly FileLine[] {
  if (!name.toLowerCase().endsWith(".jsonl")) return [{ bytes }];
  const lines: FileLine[] = [];
  for (let start = 0, line = 1; start < bytes.length; line++) {
    const found = bytes.indexOf(LINE_FEED, start);
    const end = found === -1 ? bytes.length : found;
    const part = bytes.subarray(start, end);
    if (part.toString("latin1").trim() !== "") lines.push({ bytes: part, line });
    start = end + 1;
  }
  const [only, ...others] = lines;
  // One bundle is the file, also where it is written over several lines.
  return only === undefined || others.length === 0 || !v.is(JsonText, only.bytes.toString("utf8"))
    ? [{ bytes }]
    : lines;
}

/** @throws ProvenanceError SIGNATURE_NOT_FOUND, SIGNATURE_UNREADABLE, BUNDLE_TOO_LARGE */
export async function readSignatureFile(path: string): Promise<Buffer> {
  // At once: waiting for the file system's threads takes longer than reading most signatures.
  const small = readSmallFile(path, SMALL_BYTES);
  if (small !== undefined) return small;
  try {
    const found = await stat(path);
    // Opening a pipe would wait for a writer forever.
    if (!found.isFile()) {
      const kind = found.isDirectory() ? "a folder" : "a special file";
      return fail("SIGNATURE_UNREADABLE", `${path} is ${kind}, not a signature file.`, { path });
    }
    if (found.size > MAX_BUNDLE_BYTES) throw tooLarge(basename(path), found.size);
    return await readFile(path);
  } catch (error) {
    if (error instanceof ProvenanceError) throw error;
    const options = { details: { path }, cause: error };
    const code = systemCode(error) ?? "unknown error";
    if (code === "ENOENT" || code === "ENOTDIR") {
      throw new ProvenanceError("SIGNATURE_NOT_FOUND", `There is no signature file ${path}.`, options);
    }
    throw new ProvenanceError("SIGNATURE_UNREADABLE", `The signature file ${path} cannot be read (${code}).`, options);
  }
}
