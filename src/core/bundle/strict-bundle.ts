import * as v from "valibot";
import { ProvenanceError } from "../errors.ts";
import { parseBundle } from "./parse-bundle.ts";
import { readLines } from "./read-bundle.ts";
import { parseStatement, type Statement } from "./statement.ts";

const Value = v.nullish(v.union([v.string(), v.number()]));
const Certificate = v.strictObject({ rawBytes: Value });

/** The fields of `verificationMaterial` in a Sigstore bundle, and no others. */
const StrictMaterial = v.strictObject({
  publicKey: v.nullish(v.strictObject({ hint: Value, rawBytes: Value })),
  x509CertificateChain: v.nullish(v.strictObject({ certificates: v.array(Certificate) })),
  certificate: v.nullish(Certificate),
  tlogEntries: v.nullish(
    v.array(
      v.strictObject({
        logIndex: Value,
        logId: v.nullish(v.strictObject({ keyId: Value })),
        kindVersion: v.nullish(v.strictObject({ kind: Value, version: Value })),
        integratedTime: Value,
        inclusionPromise: v.nullish(v.strictObject({ signedEntryTimestamp: Value })),
        inclusionProof: v.nullish(
          v.strictObject({
            logIndex: Value,
            rootHash: Value,
            treeSize: Value,
            hashes: v.nullish(v.array(v.string())),
            checkpoint: v.nullish(v.strictObject({ envelope: Value })),
          }),
        ),
        canonicalizedBody: Value,
      }),
    ),
  ),
  timestampVerificationData: v.nullish(
    v.strictObject({ rfc3161Timestamps: v.nullish(v.array(v.strictObject({ signedTimestamp: Value }))) }),
  ),
});

const StrictBundle = v.looseObject({ verificationMaterial: StrictMaterial });

/**
 * The statements of a file that is an OMS signature and nothing else: every bundle in it parses, and has no field that
 * the format does not know. Nothing is verified.
 *
 * @returns undefined for any other file
 */
export function strictStatements(bytes: Buffer, name: string): readonly Statement[] | undefined {
  try {
    const bundles = readLines(bytes, name).map(({ bytes }) => parseBundle(bytes, name));
    return bundles.every(({ json }) => v.is(StrictBundle, json))
      ? bundles.map(({ envelope }) => parseStatement(envelope.payload, name))
      : undefined;
  } catch (error) {
    if (error instanceof ProvenanceError) return undefined;
    throw error;
  }
}
