import { fail } from "../errors.ts";
import { DIGEST_BYTES } from "../hashing/digest-request.ts";
import { type NameProblem, nameProblem } from "../model/names.ts";
import type { ByteRange, Resource, Serialization } from "./manifest.ts";

/** Resources of one statement. */
export const MAX_RESOURCES = 2_000_000;

/** What the reference implementation records for a single-file model, where the specification has the file's name. */
export const SINGLE_FILE_NAME = ".";

const HEX = /^[0-9a-f]+$/;
const SHARD_NAME = /^(?<file>.+):(?<start>0|[1-9]\d{0,15}):(?<end>[1-9]\d{0,15})$/s;

const PROBLEMS: Readonly<Record<NameProblem, string>> = {
  empty: "is empty",
  absolute: "is an absolute path",
  nul: "has a NUL character",
  parent: "has a `..` component, which leads out of the model",
  "not-canonical": "is not canonical: a `.` component or a doubled `/`",
  "trailing-slash": "ends in `/`",
  "not-unicode": "is not valid Unicode",
};

/**
 * Checks and types the entries of `predicate.resources` (OMS 5.2.1, 6.1.2, 6.3). Written by hand and not
 * with a schema library: a statement may hold a million of them.
 *
 * @param label the signature file, for messages
 * @throws ProvenanceError RESOURCES_EMPTY, RESOURCES_TOO_MANY, PREDICATE_MALFORMED, RESOURCE_NAME, RESOURCE_DUPLICATE,
 *   RESOURCE_DIGEST, RESOURCE_ALGORITHM, SHARD_RANGE
 */
export function parseResources(entries: readonly unknown[], serialization: Serialization, label: string): Resource[] {
  if (entries.length === 0) fail("RESOURCES_EMPTY", `${label} signs no file.`);
  if (entries.length > MAX_RESOURCES) {
    const message = `${label} lists ${entries.length} resources; the limit is ${MAX_RESOURCES}.`;
    fail("RESOURCES_TOO_MANY", message, { limit: MAX_RESOURCES });
  }
  const resources = entries.map((entry, index) => parseResource(entry, index, serialization, label));
  refuseDuplicates(resources, label);
  if (resources.some((resource) => resource.file === SINGLE_FILE_NAME)) {
    const other = resources.find((resource) => resource.file !== SINGLE_FILE_NAME);
    if (other !== undefined) {
      fail("RESOURCE_NAME", `${label} signs a single file (".") and also "${other.name}".`, { name: other.name });
    }
  }
  if (serialization.shardSize !== undefined) checkRanges(resources, serialization.shardSize, label);
  return resources;
}

function parseResource(entry: unknown, index: number, serialization: Serialization, label: string): Resource {
  if (typeof entry !== "object" || entry === null) return malformed(index, label);
  const { name, digest, algorithm } = entry as Readonly<Record<string, unknown>>;
  if (typeof name !== "string" || typeof digest !== "string" || typeof algorithm !== "string") {
    return malformed(index, label);
  }
  checkAlgorithm(algorithm, name, serialization, label);
  const bytes = DIGEST_BYTES[serialization.algorithm];
  if (digest.length !== bytes * 2 || !HEX.test(digest)) {
    const message = `${label} has a digest for "${name}" that is not ${bytes * 2} lower-case hex digits, as ${serialization.algorithm} needs.`;
    fail("RESOURCE_DIGEST", message, { name, length: digest.length });
  }
  if (serialization.method === "files") {
    checkName(name, name, label);
    return { name, file: name, digest };
  }
  const { file, range } = parseShardName(name, label);
  checkName(file, name, label);
  return { name, file, digest, range };
}

/** The range is what follows the last colon but one: a file's name may hold colons itself (OMS 6.3.2). */
function parseShardName(name: string, label: string): { file: string; range: ByteRange } {
  const groups = SHARD_NAME.exec(name)?.groups;
  const file = groups?.["file"];
  const range = { start: Number(groups?.["start"]), end: Number(groups?.["end"]) };
  if (file === undefined || !(range.start < range.end) || !Number.isSafeInteger(range.end)) {
    const message = `${label} has the shard "${name}", which does not end in a byte range like ":0:1000".`;
    fail("SHARD_RANGE", message, { name });
  }
  return { file, range };
}

/** The reference writes `sha256-sharded-1000` for the entries of shards; the specification has the plain name. */
function checkAlgorithm(algorithm: string, name: string, serialization: Serialization, label: string): void {
  if (algorithm === serialization.algorithm) return;
  const { shardSize } = serialization;
  if (shardSize !== undefined && algorithm === `${serialization.algorithm}-sharded-${shardSize}`) return;
  const message = `${label} names the algorithm "${algorithm}" for "${name}", but ${serialization.algorithm} for the whole model.`;
  fail("RESOURCE_ALGORITHM", message, { name, algorithm, expected: serialization.algorithm });
}

function checkName(file: string, name: string, label: string): void {
  if (file === SINGLE_FILE_NAME) return;
  const problem = nameProblem(file);
  if (problem === undefined) return;
  const message = `${label} lists a file that no model can have: "${name}" ${PROBLEMS[problem]}. No file was opened.`;
  fail("RESOURCE_NAME", message, { name, problem });
}

function refuseDuplicates(resources: readonly Resource[], label: string): void {
  const seen = new Set<string>();
  for (const { name } of resources) {
    if (seen.has(name)) fail("RESOURCE_DUPLICATE", `${label} lists "${name}" twice.`, { name });
    seen.add(name);
  }
}

function checkRanges(resources: readonly Resource[], shardSize: number, label: string): void {
  for (const [file, shards] of Map.groupBy(resources, (resource) => resource.file)) {
    const ranges = shards.flatMap(({ range }) => range ?? []).sort((a, b) => a.start - b.start);
    for (const [index, { start, end }] of ranges.entries()) {
      const expected = ranges[index - 1]?.end ?? 0;
      const last = index === ranges.length - 1;
      const length = end - start;
      if (start === expected && (length === shardSize || (last && length < shardSize))) continue;
      const what =
        start < expected
          ? "overlap"
          : start > expected
            ? `leave a gap from byte ${expected} to ${start}`
            : `are not ${shardSize} bytes each, as the signature itself says`;
      const message = `${label} splits "${file}" into shards that ${what} (at ${start}:${end}).`;
      fail("SHARD_RANGE", message, { name: file, start, end });
    }
  }
}

function malformed(index: number, label: string): never {
  const message = `${label} is malformed: resource ${index} of the statement needs a name, a digest and an algorithm, each a text.`;
  return fail("PREDICATE_MALFORMED", message, { index });
}
