import { basename, relative, sep } from "node:path";
import { ProvenanceError } from "../core/errors.ts";
import { findModels } from "../core/model/find-models.ts";
import { type FoundModel, signaturesOf } from "../core/model/found-model.ts";
import { authoritiesFor, type ProvenSigner, rootOf, signerKey } from "../core/policy/editing/signer-authority.ts";
import type { AuthorityDocument } from "../core/policy/policy-document.ts";
import type { PublicSigstore } from "../core/policy/policy-trust.ts";
import { ENGLISH } from "../core/presentation/localizer.ts";
import { signerText } from "../core/presentation/signer-text.ts";
import { readCandidates } from "../core/signature-candidates.ts";
import type { PemSource, Trust } from "../core/trust.ts";
import type { Signer, SigningMethod } from "../core/verification/signer.ts";
import { authenticateSeveral } from "../core/verify.ts";
import type { Terminal } from "./terminal.ts";

/** A signer whose signatures are authentic, and how a policy would name them. */
export interface FoundSigner {
  readonly signer: Signer;
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
  const signers = new Map<string, FoundSigner & { readonly models: string[] }>();
  const unknown: { model: string; why: string }[] = [];
  const unsigned: string[] = [];
  const models = await findModels(search.folder, {
    signal: interruption.signal,
    onLimit: (limit) => log.warning(`Only the first ${limit} entries of ${search.folder} were searched.`),
  });
  for (const found of models) {
    const model = relative(search.folder, found.path).split(sep).join("/") || ".";
    if (found.signature === undefined) {
      unsigned.push(model);
      continue;
    }
    const signer = await signerOf(found, search);
    const authority = typeof signer === "string" ? undefined : authorityFor(signer, search);
    if (typeof signer === "string" || authority === undefined) {
      unknown.push({ model, why: typeof signer === "string" ? signer : "its certificate has no name" });
      continue;
    }
    const key = signerKey(signer);
    const known = signers.get(key) ?? { signer: named(signer), text: fullText(signer), authority, models: [] };
    known.models.push(model);
    signers.set(key, known);
  }
  return { signers: [...signers.values()], unknown, unsigned };
}

/** The signer, or why there is none to name. */
async function signerOf(model: FoundModel, search: SignerSearch): Promise<Signer | string> {
  const { keys, roots, publicSigstore } = search;
  const { path } = model;
  const signature = signaturesOf(model);
  try {
    const methods = new Set((await readCandidates(path, signature)).map(({ bundle }) => bundle?.material.method));
    const isOnly = (method: SigningMethod) => methods.size === 1 && methods.has(method);
    if (isOnly("key") && keys.length === 0) return "signed with a key: give it with --public-key";
    if (isOnly("certificate") && roots.length === 0) {
      return "signed with a certificate: give the root with --certificate-chain";
    }
    const sigstore = methods.has("sigstore") && { sigstore: { ...(await publicSigstore()), identities: [] } };
    const trust: Trust = { keys, certificates: { roots }, ...sigstore };
    const { deciding, checked } = await authenticateSeveral({ model: path, signature, trust });
    const known = checked.flatMap(({ verdict }) => verdict.signer ?? []);
    return known[0] ?? deciding.verdict.reasons[0]?.message ?? "its signer is not known";
  } catch (error) {
    if (error instanceof ProvenanceError && error.code !== "CANCELLED") return error.message;
    throw error;
  }
}

/** The narrowest authority that accepts the signer. */
function authorityFor(signer: Signer, search: SignerSearch): AuthorityDocument | undefined {
  return authoritiesFor(provenSigner(signer, search))[0]?.authority;
}

/** The signer, and what the signature was verified with. */
function provenSigner(signer: Signer, { keys, roots }: SignerSearch): ProvenSigner {
  switch (signer.method) {
    case "key":
      return { signer: named(signer), key: { data: keys.find(({ label }) => label === signer.label)?.pem ?? "" } };
    case "certificate": {
      const pem = roots.map((root) => root.pem).join("\n");
      return { signer, roots: { data: rootOf(signer, pem) ?? pem } };
    }
    case "sigstore":
      return { signer };
  }
}

/** A key by the name of its file: policies have no use for the folder. */
function named<T extends Signer>(signer: T): T {
  return signer.method === "key" && signer.label !== undefined ? { ...signer, label: basename(signer.label) } : signer;
}

function fullText(signer: Signer): string {
  if (signer.method === "sigstore") return `${signer.identity} (${signer.issuer})`;
  if (signer.method === "key") return `${signerText(signer, ENGLISH.t)} (sha256 ${signer.fingerprint})`;
  return `${signerText(signer, ENGLISH.t)}, under the root ${signer.root}`;
}
