import * as v from "valibot";
import { decodeBase64 } from "../../bundle/base64.ts";
import { parseShape } from "../../bundle/parse-shape.ts";

/** Limits above any real signature: input is bounded before a library parses it. */
const MAX_ENTRIES = 8;
const MAX_TIMESTAMPS = 8;
const MAX_HASHES = 64;
const MAX_CHECKPOINT_CHARACTERS = 64 * 1024;
const MAX_BODY_BYTES = 4 * 1024 * 1024;
const MAX_DER_BYTES = 64 * 1024;

const base64 = (bytes: number) =>
  v.pipe(
    v.string(),
    v.maxLength(Math.ceil(bytes / 3) * 4),
    v.check((text) => decodeBase64(text) !== undefined, "is not Base64"),
  );
/** Protobuf writes 64-bit integers as text, and leaves zero out. */
const Int64 = v.nullish(
  v.union([v.pipe(v.string(), v.regex(/^\d{1,19}$/)), v.pipe(v.number(), v.safeInteger(), v.minValue(0))]),
);

const InclusionProof = v.looseObject({
  logIndex: Int64,
  treeSize: Int64,
  rootHash: base64(64),
  hashes: v.nullish(v.pipe(v.array(base64(64)), v.maxLength(MAX_HASHES))),
  checkpoint: v.looseObject({ envelope: v.pipe(v.string(), v.maxLength(MAX_CHECKPOINT_CHARACTERS)) }),
});

const LogEntry = v.looseObject({
  logIndex: Int64,
  logId: v.looseObject({ keyId: base64(64) }),
  kindVersion: v.looseObject({ kind: v.string(), version: v.string() }),
  integratedTime: Int64,
  inclusionPromise: v.nullish(v.looseObject({ signedEntryTimestamp: base64(MAX_DER_BYTES) })),
  inclusionProof: v.nullish(InclusionProof),
  canonicalizedBody: base64(MAX_BODY_BYTES),
});

const Material = v.looseObject({
  certificate: v.looseObject({ rawBytes: base64(MAX_DER_BYTES) }),
  tlogEntries: v.pipe(v.array(LogEntry), v.minLength(1), v.maxLength(MAX_ENTRIES)),
  timestampVerificationData: v.nullish(
    v.looseObject({
      rfc3161Timestamps: v.nullish(
        v.pipe(v.array(v.looseObject({ signedTimestamp: base64(MAX_DER_BYTES) })), v.maxLength(MAX_TIMESTAMPS)),
      ),
    }),
  ),
});

const Shape = v.looseObject({ verificationMaterial: Material });

/**
 * Parses the verification material of a keyless bundle; its form and size are within bounds then.
 *
 * @throws ProvenanceError BUNDLE_MALFORMED
 */
export function parseMaterial(json: unknown, label: string): v.InferOutput<typeof Material> {
  return parseShape(Shape, json, "BUNDLE_MALFORMED", label).verificationMaterial;
}
