import * as v from "valibot";
import { parseJson, readSmallFile } from "./read-small-file.ts";

/** Bytes that are read: the beginning of a larger signature is enough. */
const MAX_PEEK = 1024 * 1024;
/** Characters of Base64; a longer statement is not parsed, and signs more than one file. */
const MAX_STATEMENT = 512 * 1024;

const PAYLOAD = /"payload"\s*:\s*"([^"]*)("?)/g;
/** The current and the deprecated type (OMS 5.1); JSON may write `/` as `\/`. */
const PREDICATE_TYPE =
  /"predicateType"\s*:\s*"https:\\?\/\\?\/model_signing\\?\/(?:signature\\?\/v1\.0|Digests\\?\/v0\.1)"/;
const ANY_PREDICATE_TYPE = /"predicateType"\s*:/;
const SUBJECT = /"subject"\s*:\s*\[\s*\{\s*"name"\s*:\s*("(?:[^"\\]|\\.)*")/;
const NAME = /"name"\s*:\s*("(?:[^"\\]|\\.)*")/g;
/** What follows a file's name in the name of a shard (OMS 6.3.2). */
const SHARD = /:\d+:\d+$/;
/** Names of a statement that are kept: enough to recognize the files of a model. */
const MAX_NAMES = 32;
const OMS_PREDICATE = /"predicate"\s*:\s*\{\s*"(?:resources|serialization)"\s*:/;

const StatementSchema = v.object({
  subject: v.tuple([v.object({ name: v.string() })]),
  predicate: v.object({ resources: v.array(v.object({ name: v.string() })) }),
});

/** What a signature file claims to sign. It is not authenticated, and only decides where a signature is displayed. */
export interface SignatureClaim {
  /** Name of the model. */
  readonly subject?: string;
  /** Whether it signs a single-file model: all it lists is one file, named `.` or like the model. */
  readonly singleFile: boolean;
  /** Some of the files that it lists, at most 32, by canonical name. */
  readonly files: readonly string[];
}

/** What the OMS bundles in the file at `path` claim to sign, one a line; none if it has no such bundle, or cannot be read. */
export function peekSignature(path: string): readonly SignatureClaim[] {
  const bytes = readSmallFile(path, MAX_PEEK, false);
  return bytes === undefined ? [] : [...claimsIn(bytes)];
}

/** What a DSSE payload says it signs; undefined where it is no OMS statement. */
export function claimOfPayload(payload: Buffer): SignatureClaim | undefined {
  const isWhole = payload.length <= MAX_STATEMENT;
  const statement = payload.toString("utf8", 0, MAX_PEEK);
  if (!PREDICATE_TYPE.test(statement)) return undefined;
  return isWhole ? claimOf(statement) : claimOfBeginning(statement);
}

function* claimsIn(bytes: Buffer): Generator<SignatureClaim, void> {
  for (const [, payload = "", closed = ""] of bytes.toString("latin1").matchAll(PAYLOAD)) {
    const statement = Buffer.from(payload, "base64").toString("utf8");
    const isWhole = closed !== "" && payload.length <= MAX_STATEMENT;
    if (PREDICATE_TYPE.test(statement)) yield isWhole ? claimOf(statement) : claimOfBeginning(statement);
    // Cut off before its type, which may stand at the end.
    else if (closed === "" && !ANY_PREDICATE_TYPE.test(statement) && OMS_PREDICATE.test(statement)) {
      yield claimOfBeginning(statement);
    }
  }
}

function claimOf(statement: string): SignatureClaim {
  const parsed = v.safeParse(StatementSchema, parseJson(statement));
  if (!parsed.success) return claimOfBeginning(statement);
  const subject = parsed.output.subject[0].name;
  const names = parsed.output.predicate.resources.map(({ name }) => name);
  const singleFile = names.length > 0 && names.every((name) => isTheModel(name, subject));
  return { subject, singleFile, files: sampleOf(names) };
}

/** Of a statement that is cut off, too long, or has the deprecated layout, whose subjects are the files. */
function claimOfBeginning(statement: string): SignatureClaim {
  const isLegacy = /"https:\\?\/\\?\/model_signing\\?\/Digests/.test(statement);
  const subject = isLegacy ? undefined : parseJson(SUBJECT.exec(statement)?.[1] ?? "");
  const names: string[] = [];
  for (const [, text = ""] of statement.matchAll(NAME)) {
    const name = parseJson(text);
    if (typeof name === "string" && name !== subject) names.push(name);
  }
  const files = sampleOf(names);
  return typeof subject === "string" ? { subject, singleFile: false, files } : { singleFile: false, files };
}

/** Evenly from the whole list: its beginning may be files that every model has. */
function sampleOf(names: readonly string[]): string[] {
  const step = Math.max(1, names.length / MAX_NAMES);
  const sample = new Set<string>();
  for (let at = 0; at < names.length; at += step) {
    const name = names[Math.floor(at)];
    if (name !== undefined) sample.add(name.replace(SHARD, ""));
  }
  return [...sample];
}

/** Whether a resource is the single file of the model, or a shard of it. */
function isTheModel(resource: string, subject: string): boolean {
  const file = resource.replace(SHARD, "");
  return [resource, file].some((name) => name === "." || name === subject);
}
