import { createHash } from "node:crypto";
import { relative, sep } from "node:path";
import { readBundle } from "../core/bundle/read-bundle.ts";
import { ProvenanceError } from "../core/errors.ts";
import { findModels } from "../core/model/find-models.ts";
import type { AuthorityDocument } from "../core/policy/policy-document.ts";
import type { PublicSigstore } from "../core/policy/policy-trust.ts";
import { ENGLISH } from "../core/presentation/localizer.ts";
import { signerText } from "../core/presentation/signer-text.ts";
import type { PemSource, Trust } from "../core/trust.ts";
import type { Signer } from "../core/verification/signer.ts";
import { authenticate } from "../core/verify.ts";
import type { Terminal } from "./terminal.ts";

/** A signer of models here, as verified, and how a policy would name it. */
export interface FoundSigner {
  /** In one line: `alice@example.com (https://accounts.google.com)`. */
  readonly text: string;
  readonly authority: AuthorityDocument;
  /** Paths relative to the folder, `/` separated. */
  readonly models: readonly string[];
}

export interface FoundSigners {
  readonly signers: readonly FoundSigner[];
  /** Models whose signer is not known, each with the reason. */
  readonly unknown: readonly { readonly model: string; readonly why: string }[];
  /** Models without a signature. */
  readonly unsigned: readonly string[];
}

export interface SignerSearch {
  /** Absolute. */
  readonly folder: string;
  readonly keys: readonly PemSource[];
  readonly roots: readonly PemSource[];
  readonly publicSigstore: PublicSigstore;
}

/** Finds who signed the models below a folder. Keys and roots have to be given: one that travels with a model proves nothing. */
export async function findSigners(search: SignerSearch, { interruption, log }: Terminal): Promise<FoundSigners> {
  const found = new Map<string, { text: string; authority: AuthorityDocument; models: string[] }>();
  const unknown: { model: string; why: string }[] = [];
  const unsigned: string[] = [];
  const models = await findModels(search.folder, {
    signal: interruption.signal,
    onLimit: (limit) => log.warning(`Only the first ${limit} entries of ${search.folder} were searched.`),
  });
  for (const { path, signature } of models) {
    const model = relative(search.folder, path).split(sep).join("/") || ".";
    if (signature === undefined) {
      unsigned.push(model);
      continue;
    }
    const signer = await signerOf(path, signature, search);
    if (typeof signer === "string") {
      unknown.push({ model, why: signer });
      continue;
    }
    const authority = authorityFor(signer, search);
    const id = createHash("sha256").update(JSON.stringify(authority)).digest("hex");
    const known = found.get(id) ?? { text: fullText(signer), authority, models: [] };
    known.models.push(model);
    found.set(id, known);
  }
  return { signers: [...found.values()], unknown, unsigned };
}

/** The signer, or why there is none to name. */
async function signerOf(model: string, signature: string, search: SignerSearch): Promise<Signer | string> {
  const { keys, roots, publicSigstore } = search;
  try {
    const { material } = await readBundle(signature);
    if (material.method === "key" && keys.length === 0) return "signed with a key: give it with --public-key";
    if (material.method === "certificate" && roots.length === 0) {
      return "signed with a certificate: give the root with --certificate-chain";
    }
    const trust: Trust =
      material.method === "sigstore"
        ? { sigstore: { ...(await publicSigstore()), identities: [] } }
        : { keys, certificates: { roots } };
    const { signer, reasons } = await authenticate({ model, signature, trust });
    return signer ?? reasons[0]?.message ?? "its signer is not known";
  } catch (error) {
    if (error instanceof ProvenanceError && error.code !== "CANCELLED") return error.message;
    throw error;
  }
}

function authorityFor(signer: Signer, { keys, roots }: SignerSearch): AuthorityDocument {
  switch (signer.method) {
    case "key":
      return {
        name: signer.label ?? "key",
        key: { data: keys.find(({ label }) => label === signer.label)?.pem ?? "" },
      };
    case "certificate": {
      const name =
        signer.subject === "" ? `x509.san: ${signer.alternativeNames[0]}` : `x509.subject: ${signer.subject}`;
      const data = roots.map(({ pem }) => pem.trimEnd()).join("\n");
      return { name: "certificate", certificate: { caCert: { data }, trustedIdentities: [name] } };
    }
    case "sigstore":
      return { name: "signer", keyless: { identities: [{ issuer: signer.issuer, subject: signer.identity }] } };
  }
}

function fullText(signer: Signer): string {
  if (signer.method === "sigstore") return `${signer.identity} (${signer.issuer})`;
  if (signer.method === "key") return `${signerText(signer, ENGLISH.t)} (sha256 ${signer.fingerprint})`;
  return `${signerText(signer, ENGLISH.t)}, under the root ${signer.root}`;
}
