import assert from "node:assert/strict";
import { parseBundle } from "../../src/core/bundle/parse-bundle.ts";
import type { CertificateSigner } from "../../src/core/verification/signer.ts";
import { verifyBundle } from "../../src/core/verification/verify-bundle.ts";
import { fileResources, type JsonObject, makeStatement, signBundle } from "./bundles.ts";
import { type Certificate, makeChain } from "./certificates.ts";

export const statement = makeStatement(fileResources({ a: "1" }));
const DAY = 86_400_000;
/** A time this many days before now. */
export const ago = (days: number) => new Date(Date.now() - days * DAY);

/** A signature by a certificate, and what the caller trusts. */
export interface CertificateCase {
  readonly leaf: Certificate;
  readonly chain?: readonly Certificate[];
  readonly roots: readonly Certificate[];
  readonly identity?: string;
  readonly at?: Date;
}

/** @param change of the bundle, before it is verified */
export function authenticate(
  { leaf, chain, roots, identity, at }: CertificateCase,
  change: (json: JsonObject) => void = () => undefined,
) {
  const json = signBundle(statement, { certificate: leaf, chain: chain ?? [] });
  change(json);
  const certificates = {
    roots: roots.map(({ pem }, index) => ({ label: `root${index}.pem`, pem })),
    ...(identity !== undefined && { identity }),
    ...(at !== undefined && { at }),
  };
  return verifyBundle(parseBundle(Buffer.from(JSON.stringify(json)), "model.sig"), { certificates }, "/m/model.sig");
}

/** The signer, who is accepted. */
export async function accepted(test: CertificateCase): Promise<CertificateSigner> {
  const { signer, rejection } = await authenticate(test);
  assert.equal(rejection, undefined);
  assert.ok(signer.method === "certificate");
  return signer;
}

/** A chain of which some parts are made otherwise. */
export function caseOf(parts: Parameters<typeof makeChain>[0]): CertificateCase {
  const { leaf, intermediate, root } = makeChain(parts);
  return { leaf, chain: [intermediate], roots: [root] };
}
