import * as v from "valibot";
import { fail } from "../errors.ts";
import { HASH_ALGORITHMS } from "../hashing/digest-request.ts";
import { type Manifest, rootDigest, type Serialization } from "../manifest/manifest.ts";
import { parseResources } from "../manifest/parse-resources.ts";
import { canHoldName } from "../model/windows-names.ts";
import { parseBoundedJson } from "./bounded-json.ts";
import { parseShape } from "./parse-shape.ts";

/** In-toto Statement v1. */
export const STATEMENT_TYPE = "https://in-toto.io/Statement/v1";
/** OMS 5.1. */
export const PREDICATE_TYPE = "https://model_signing/signature/v1.0";
/** The deprecated layout of version 0.2 (OMS 5.1, historical note): digests as subjects. Read, never written. */
export const LEGACY_PREDICATE_TYPE = "https://model_signing/Digests/v0.1";

/** What a signature says about a model. */
export interface Statement {
  /** Informational: it has no effect (OMS 6.5). */
  readonly subjectName: string;
  /** Lower-case hex SHA-256 over the digests of the resources; recomputed, not only read. */
  readonly rootDigest: string;
  readonly manifest: Manifest;
  /** Whether it has the deprecated layout of version 0.2. */
  readonly legacy: boolean;
}

const Shell = v.object({ _type: v.string(), predicateType: v.string() });

const Sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, "is not 64 lower-case hex digits"));
const Subject = v.looseObject({ name: v.pipe(v.string(), v.minLength(1)), digest: v.looseObject({ sha256: Sha256 }) });

const Current = v.strictObject({
  _type: v.literal(STATEMENT_TYPE),
  predicateType: v.literal(PREDICATE_TYPE),
  subject: v.strictTuple([Subject]),
  predicate: v.strictObject({
    resources: v.array(v.unknown()),
    serialization: v.strictObject({
      method: v.string(),
      hash_type: v.string(),
      shard_size: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(1))),
      allow_symlinks: v.boolean(),
      ignore_paths: v.optional(v.array(v.pipe(v.string(), v.minLength(1)))),
    }),
  }),
});

const Legacy = v.looseObject({
  _type: v.literal(STATEMENT_TYPE),
  predicateType: v.literal(LEGACY_PREDICATE_TYPE),
  subject: v.array(v.unknown()),
});

/**
 * Parses and checks an in-toto statement with the OMS predicate (OMS 5, 8.3), all of it before any file is opened.
 *
 * @param payload the DSSE payload, as received
 * @param label the signature file, for messages
 * @param platform the one whose file system holds the model
 * @throws ProvenanceError of kind `invalid` or `unverifiable`
 */
export function parseStatement(
  payload: Buffer,
  label: string,
  platform: NodeJS.Platform = process.platform,
): Statement {
  const statement = parseLayout(payload, label);
  const resource = statement.manifest.resources.find(({ file }) => !canHoldName(file, platform));
  if (resource === undefined) return statement;
  // Windows would open another file under such a name, or a device.
  const name = resource.file;
  const message = `${label} lists "${name}", a file name that Windows does not support. Verify the model on Linux or macOS.`;
  return fail("RESOURCE_NAME_UNSUPPORTED", message, { name });
}

function parseLayout(payload: Buffer, label: string): Statement {
  const json = parseBoundedJson(payload, `The statement in ${label}`, {
    notJson: "STATEMENT_NOT_JSON",
    malformed: "STATEMENT_MALFORMED",
  });
  const shell = parseShape(Shell, json, "STATEMENT_MALFORMED", `The statement in ${label}`);
  if (shell._type !== STATEMENT_TYPE) {
    const message = `${label} contains a statement of another type than in-toto's Statement v1: "${shell._type}".`;
    fail("STATEMENT_TYPE", message, { found: shell._type, expected: STATEMENT_TYPE });
  }
  if (shell.predicateType === PREDICATE_TYPE) return parseCurrent(json, label);
  if (shell.predicateType === LEGACY_PREDICATE_TYPE) return parseLegacy(json, label);
  const message = `${label} is not a model signature: its statement is of the type "${shell.predicateType}".`;
  return fail("PREDICATE_TYPE", message, { found: shell.predicateType, expected: PREDICATE_TYPE });
}

/** Whether an unverified payload claims the deprecated layout, which decides which encoding was signed. */
export function claimsLegacyLayout(payload: Buffer): boolean {
  return payload.includes(`"${LEGACY_PREDICATE_TYPE}"`);
}

function parseCurrent(json: unknown, label: string): Statement {
  if (typeof json === "object" && json !== null && !("predicate" in json)) {
    fail("PREDICATE_MALFORMED", `${label} contains a statement without a predicate.`);
  }
  const { subject, predicate } = parseShape(Current, json, "PREDICATE_MALFORMED", `The statement in ${label}`);
  const serialization = toSerialization(predicate.serialization, label);
  const resources = parseResources(predicate.resources, serialization, label);
  const [{ name, digest }] = subject;
  const computed = rootDigest(resources);
  if (computed !== digest.sha256) {
    const message = `${label} contradicts itself: its root digest is ${digest.sha256}, but that of its resources is ${computed}.`;
    fail("ROOT_DIGEST_MISMATCH", message, { expected: digest.sha256, found: computed });
  }
  return { subjectName: name, rootDigest: computed, manifest: { serialization, resources }, legacy: false };
}

function parseLegacy(json: unknown, label: string): Statement {
  const { subject } = parseShape(Legacy, json, "STATEMENT_MALFORMED", `The statement in ${label}`);
  const serialization = { method: "files", algorithm: "sha256", allowSymlinks: false, ignorePaths: [] } as const;
  const entries = subject.map((item) => {
    const { name, digest } = parseShape(Subject, item, "STATEMENT_MALFORMED", `The statement in ${label}`);
    return { name, digest: digest.sha256, algorithm: "sha256" };
  });
  const resources = parseResources(entries, serialization, label);
  return { subjectName: "", rootDigest: rootDigest(resources), manifest: { serialization, resources }, legacy: true };
}

function toSerialization(
  claimed: v.InferOutput<typeof Current>["predicate"]["serialization"],
  label: string,
): Serialization {
  const { method, hash_type: algorithm, shard_size: shardSize } = claimed;
  if (method !== "files" && method !== "shards") {
    const message = `${label} splits the model by the method "${method}", which this version does not know.`;
    fail("METHOD_UNSUPPORTED", message, { method });
  }
  const known = HASH_ALGORITHMS.find((name) => name === algorithm);
  if (known === undefined) {
    const message = `${label} uses the hash "${algorithm}", which this version does not know. It knows ${HASH_ALGORITHMS.join(", ")}.`;
    fail("HASH_UNSUPPORTED", message, { algorithm });
  }
  if ((method === "shards") !== (shardSize !== undefined)) {
    const message = `${label} is malformed: a shard size is needed for shards, and only for shards.`;
    fail("PREDICATE_MALFORMED", message, { method });
  }
  return {
    method,
    algorithm: known,
    ...(shardSize === undefined ? {} : { shardSize }),
    allowSymlinks: claimed.allow_symlinks,
    ignorePaths: claimed.ignore_paths ?? [],
  };
}
