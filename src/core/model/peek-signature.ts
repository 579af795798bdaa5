import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import * as v from "valibot";

/** Bytes that are read: the beginning of a larger signature is enough. */
const MAX_PEEK = 1024 * 1024;
/** Characters of Base64; a longer statement is not parsed, and signs more than one file. */
const MAX_STATEMENT = 512 * 1024;
/** Envelopes in one file of several. */
const MAX_ENVELOPES = 1000;

const PAYLOAD = /"payload"\s*:\s*"([^"]*)("?)/g;
/** The current and the deprecated type (OMS 5.1); JSON may write `/` as `\/`. */
const PREDICATE_TYPE =
  /"predicateType"\s*:\s*"https:\\?\/\\?\/model_signing\\?\/(?:signature\\?\/v1\.0|Digests\\?\/v0\.1)"/;
const ANY_PREDICATE_TYPE = /"predicateType"\s*:/;
const SUBJECT = /"subject"\s*:\s*\[\s*\{\s*"name"\s*:\s*("(?:[^"\\]|\\.)*")/;
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
}

/**
 * What the signature file at `path` claims to sign; undefined if it does not look like an OMS bundle, whatever its name
 * is, or cannot be read. Of several bundles, one a line, the first that looks like one counts.
 */
export function peekSignature(path: string): SignatureClaim | undefined {
  const bytes = readBeginning(path);
  return bytes === undefined ? undefined : claimIn(bytes);
}

function claimIn(bytes: Buffer): SignatureClaim | undefined {
  let envelopes = 0;
  for (const [, payload = "", closed = ""] of bytes.toString("latin1").matchAll(PAYLOAD)) {
    if (++envelopes > MAX_ENVELOPES) return undefined;
    const statement = Buffer.from(payload, "base64").toString("utf8");
    const isWhole = closed !== "" && payload.length <= MAX_STATEMENT;
    if (PREDICATE_TYPE.test(statement)) return isWhole ? claimOf(statement) : claimOfBeginning(statement);
    // Cut off before its type, which may stand at the end.
    if (closed === "" && !ANY_PREDICATE_TYPE.test(statement) && OMS_PREDICATE.test(statement)) {
      return claimOfBeginning(statement);
    }
  }
  return undefined;
}

function claimOf(statement: string): SignatureClaim {
  const parsed = v.safeParse(StatementSchema, parsedJson(statement));
  if (!parsed.success) return { singleFile: false };
  const subject = parsed.output.subject[0].name;
  const { resources } = parsed.output.predicate;
  const singleFile = resources.length > 0 && resources.every((resource) => isTheModel(resource.name, subject));
  return { subject, singleFile };
}

function claimOfBeginning(statement: string): SignatureClaim {
  const subject = parsedJson(SUBJECT.exec(statement)?.[1] ?? "");
  return typeof subject === "string" ? { subject, singleFile: false } : { singleFile: false };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether a resource is the single file of the model, or a shard of it. */
function isTheModel(resource: string, subject: string): boolean {
  const file = resource.replace(/:\d+:\d+$/, "");
  return [resource, file].some((name) => name === "." || name === subject);
}

function readBeginning(path: string): Buffer | undefined {
  let file: number | undefined;
  try {
    // Without O_NONBLOCK, opening a pipe waits for a writer. Windows has no such flag.
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stats = fstatSync(file);
    if (!stats.isFile()) return undefined;
    const bytes = Buffer.allocUnsafe(Math.min(stats.size, MAX_PEEK));
    return bytes.subarray(0, readSync(file, bytes));
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
