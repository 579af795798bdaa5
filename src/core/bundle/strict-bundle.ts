import * as v from "valibot";
import { unlessRejected } from "../errors.ts";
import { parseBundle } from "./parse-bundle.ts";
import { readLines } from "./read-bundle.ts";
import { parseStatement, type Statement } from "./statement.ts";

/** All fields of `verificationMaterial` in a Sigstore bundle, whatever object they are in. */
const MATERIAL_FIELDS: ReadonlySet<string> = new Set([
  ...["publicKey", "hint", "rawBytes", "x509CertificateChain", "certificates", "certificate"],
  ...["tlogEntries", "logIndex", "logId", "keyId", "kindVersion", "kind", "version", "integratedTime"],
  ...["inclusionPromise", "signedEntryTimestamp", "inclusionProof", "rootHash", "treeSize", "hashes"],
  ...["checkpoint", "envelope", "canonicalizedBody"],
  ...["timestampVerificationData", "rfc3161Timestamps", "signedTimestamp"],
]);

/** The other parts of a bundle have no other fields, or do not parse. */
const StrictBundle = v.looseObject({ verificationMaterial: v.custom(hasKnownFields) });

function hasKnownFields(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (Array.isArray(value)) return value.every(hasKnownFields);
  return Object.entries(value).every(([name, inner]) => MATERIAL_FIELDS.has(name) && hasKnownFields(inner));
}

/**
 * The statements of a file that is an OMS signature and nothing else: every bundle in it parses, and has no field that
 * the format does not know. Nothing is verified.
 *
 * @returns undefined for any other file
 */
export function strictStatements(bytes: Buffer, name: string): readonly Statement[] | undefined {
  return unlessRejected(() => {
    const bundles = readLines(bytes, name).map(({ bytes }) => parseBundle(bytes, name));
    if (!bundles.every(({ json }) => v.is(StrictBundle, json))) return undefined;
    return bundles.map(({ envelope }) => parseStatement(envelope.payload, name));
  });
}
