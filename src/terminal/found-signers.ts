import { basename } from "node:path";
import { ProvenanceError } from "../core/errors.ts";
import { findModels } from "../core/model/find-models.ts";
import type { FoundModel } from "../core/model/found-model.ts";
import { authenticateSeveral } from "../core/operations/verify/verify.ts";
import { authoritiesFor, rootOf, signerKey } from "../core/policy/editing/signer-authority.ts";
import type { AuthorityDocument, PathOrData } from "../core/policy/policy-document.ts";
import type { PublicSigstore } from "../core/policy/policy-trust.ts";
import { ENGLISH } from "../core/presentation/localizer.ts";
import { signerText } from "../core/presentation/signer-text.ts";
import { unknownSigner } from "../core/presentation/unknown-signer.ts";
import type { PemSource, Trust } from "../core/trust.ts";
import type { Signer } from "../core/verification/signer.ts";
import { pathBelow } from "./policy-options.ts";
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
    const model = pathBelow(search.folder, found.path);
    if (found.signatures.length === 0) {
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
async function signerOf(model: FoundModel, { keys, roots, publicSigstore }: SignerSearch): Promise<Signer | string> {
  const sigstore = async () => ({ ...(await publicSigstore()), identities: [] });
  const trust: Trust = { keys, certificates: { roots }, sigstore };
  try {
    const { deciding, checked } = await authenticateSeveral({
      model: model.path,
      signature: model.signatures,
      trust,
    });
    const [known] = checked.flatMap(({ verdict }) => verdict.signer ?? []);
    if (known !== undefined) return known;
    const missing = unknownSigner(deciding.verdict)?.kind;
    if (missing !== undefined) return MISSING[missing];
    return deciding.verdict.reasons[0]?.message ?? "its signer is not known";
  } catch (error) {
    if (error instanceof ProvenanceError && error.code !== "CANCELLED") return error.message;
    throw error;
  }
}

const MISSING = {
  key: "signed with an unknown key: give it with --public-key",
  certificate: "signed with a certificate under an unknown root: give it with --certificate-chain",
};

/** The narrowest authority that accepts the signer. */
function authorityFor(signer: Signer, { keys, roots }: SignerSearch): AuthorityDocument | undefined {
  return authoritiesFor(named(signer), sourceFor(signer, keys, roots))[0]?.authority;
}

/** What the signature was verified with. */
function sourceFor(signer: Signer, keys: readonly PemSource[], roots: readonly PemSource[]): PathOrData {
  if (signer.method === "sigstore") return {};
  if (signer.method === "key") return { data: keys.find(({ label }) => label === signer.label)?.pem ?? "" };
  const pem = roots.map((root) => root.pem).join("\n");
  return { data: rootOf(signer, pem) ?? pem };
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
