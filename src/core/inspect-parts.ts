import { parseBundle } from "./bundle/parse-bundle.ts";
import { parseStatement, type Statement } from "./bundle/statement.ts";
import { ProvenanceError } from "./errors.ts";
import { type Claim, readClaims } from "./verification/claimed-signer.ts";
import type { SigningMethod } from "./verification/signer.ts";

/** What a bundle claims about how it was signed. Not verified. */
export interface EnvelopeClaims {
  readonly mediaType: string;
  readonly method: SigningMethod;
  /** The claimed signer, in one line. */
  readonly claimedSigner: string;
  readonly claims: readonly Claim[];
  /** The statement, as received. */
  readonly payload: Buffer;
}

/** The readable parts of a signature file. Not verified. */
export interface InspectedParts {
  readonly envelope?: EnvelopeClaims;
  readonly statement?: Statement;
  /** Why the rest cannot be read; of kind `invalid` or `unable`. */
  readonly problem?: ProvenanceError;
}

/**
 * Reads the readable parts of a signature, also of a damaged one, without verifying it.
 *
 * @param label the file, for messages
 */
export async function inspectParts(bytes: Buffer, label: string): Promise<InspectedParts> {
  const bundle = attempt(() => parseBundle(bytes, label));
  if (bundle.value === undefined) return { problem: bundle.problem };
  const { mediaType, material, envelope, json } = bundle.value;
  const statement = attempt(() => parseStatement(envelope.payload, label));
  const claimed = await readClaims(material, json, label);
  const problem = statement.problem ?? claimed.problem;
  return {
    envelope: {
      mediaType,
      method: material.method,
      claimedSigner: claimed.signer,
      claims: claimed.claims,
      payload: envelope.payload,
    },
    ...(statement.value === undefined ? {} : { statement: statement.value }),
    ...(problem === undefined ? {} : { problem }),
  };
}

type Attempt<T> =
  | { readonly value: T; readonly problem?: undefined }
  | { readonly value?: undefined; readonly problem: ProvenanceError };

function attempt<T>(read: () => T): Attempt<T> {
  try {
    return { value: read() };
  } catch (error) {
    if (error instanceof ProvenanceError) return { problem: error };
    throw error;
  }
}
