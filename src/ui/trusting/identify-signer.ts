import { CancellationError, l10n } from "vscode";
import { ProvenanceError } from "../../core/errors.ts";
import type { Policy } from "../../core/policy/policy.ts";
import { unknownSigner } from "../../core/presentation/unknown-signer.ts";
import type { PemSource, SigstoreTrust } from "../../core/trust.ts";
import type { Verdict } from "../../core/verdict.ts";
import type { CertificateSigner, KeySigner, Signer } from "../../core/verification/signer.ts";
import { setting } from "../../platform/settings.ts";
import { isPrivateInstance } from "../../platform/sigstore-roots.ts";
import type { TrustKind } from "../../platform/trust.ts";
import type { KnownModel } from "../../workspace/registry.ts";
import { askForSource } from "../commands/trust-key.ts";
import type { Services } from "../services.ts";

/** A signer whose signature has just been verified, and what it was verified with. */
export interface SignerEvidence {
  readonly signer: Signer;
  /** The key or the root certificate; absent for a login or CI identity. */
  readonly pem?: string;
  /** Absolute path of the file that the user chose it from, or of a private instance's configuration. */
  readonly file?: string;
}

type OpenInstance = () => Promise<Pick<SigstoreTrust, "root" | "newer">>;

/** What a signature can be verified with. */
interface TrustMaterial {
  readonly keys: readonly PemSource[];
  readonly roots: readonly PemSource[];
  /** By the absolute path of a private instance's configuration; the public instance has none. */
  readonly instances: ReadonlyMap<string | undefined, OpenInstance>;
}

/**
 * Identifies who signed a model by verifying its signature now. Asks for the key or the root certificate where it is
 * unknown.
 *
 * @param policies whose keys, roots and instances may identify the signer
 * @param again offered if the user chooses another file
 * @throws ProvenanceError with the reason, where the signature is not authentic; CancellationError
 */
export async function identifySigner(
  model: KnownModel,
  policies: readonly Policy[],
  services: Services,
  again: () => unknown,
): Promise<SignerEvidence> {
  const material = await knownMaterial(policies, services);
  const found = await identify(model, material, services.engine);
  if (typeof found !== "string") return found;
  const { file, source } = await askForSource(model, found, services, again);
  const [keys, roots] = found === "key" ? [[source], []] : [[], [source]];
  const identified = await identify(model, { ...material, keys, roots }, services.engine);
  if (typeof identified === "string") throw new CancellationError();
  return { ...identified, file };
}

/** Identifies who signed a model without asking; undefined where the signer is unknown or the signature not authentic. */
export async function identifyKnownSigner(
  model: KnownModel,
  policies: readonly Policy[],
  services: Services,
): Promise<SignerEvidence | undefined> {
  try {
    const found = await identify(model, await knownMaterial(policies, services), services.engine);
    return typeof found === "string" ? undefined : found;
  } catch (error) {
    if (error instanceof ProvenanceError && error.code !== "CANCELLED") return undefined;
    throw error;
  }
}

async function knownMaterial(policies: readonly Policy[], services: Services): Promise<TrustMaterial> {
  const { keys = [], certificates } = await services.trust.load();
  const authorities = policies.flatMap((policy) => policy.authorities);
  return {
    keys: [...keys, ...authorities.flatMap((authority) => (authority.kind === "key" ? [authority.key] : []))],
    roots: [
      ...(certificates?.roots ?? []),
      ...authorities.flatMap((authority) => (authority.kind === "certificate" ? [authority.roots] : [])),
    ],
    instances: instancesOf(policies, services),
  };
}

function instancesOf(policies: readonly Policy[], { sigstore }: Services): TrustMaterial["instances"] {
  const instances = new Map<string | undefined, OpenInstance>([[undefined, () => sigstore.publicInstance()]]);
  for (const authority of policies.flatMap((policy) => policy.authorities)) {
    if (authority.kind !== "keyless" || authority.trustConfig === undefined) continue;
    const { path, root } = authority.trustConfig;
    instances.set(path, async () => ({ root }));
  }
  const own = setting("sigstoreInstance");
  if (isPrivateInstance(own)) instances.set(own, () => sigstore.toVerify());
  return instances;
}

/** Who signed the model, or what is missing to know. */
async function identify(
  model: KnownModel,
  { keys, roots, instances }: TrustMaterial,
  engine: Services["engine"],
): Promise<SignerEvidence | TrustKind> {
  const signature = model.verdict.signature;
  if (signature === undefined) {
    throw new ProvenanceError("USAGE", l10n.t("The model has no signature, so there is no signer to trust."));
  }
  let failure: unknown;
  for (const [trustConfig, open] of instances) {
    try {
      // Opened only for a signature that needs it.
      const sigstore = async () => ({ ...(await open()), identities: [] });
      const trust = { keys, certificates: { roots }, sigstore };
      const verdict = await engine.authenticate({ model: model.path, signature, trust });
      const { signer, reasons } = verdict;
      if (signer?.method === "sigstore") return { signer, ...(trustConfig !== undefined && { file: trustConfig }) };
      const pem = signer?.method === "key" ? await findKey(signer, keys) : signer && (await findRoot(signer, roots));
      if (signer !== undefined && pem !== undefined) return { signer, pem };
      const missing = unknownSigner(verdict)?.kind;
      if (missing !== undefined) return missing;
      failure = failureOf(reasons);
    } catch (error) {
      if (!(error instanceof ProvenanceError) || error.code === "CANCELLED") throw error;
      failure ??= error;
    }
  }
  throw failure;
}

function failureOf([reason]: Verdict["reasons"]): ProvenanceError {
  if (reason === undefined) return new ProvenanceError("USAGE", l10n.t("The signature names no signer to trust."));
  return new ProvenanceError(reason.code, reason.message, { details: reason.details });
}

/** In PEM, made from the key that has the fingerprint: other content of the file is dropped. */
async function findKey({ fingerprint }: KeySigner, keys: readonly PemSource[]): Promise<string | undefined> {
  const { keyFingerprint, readPublicKey } = await import("../../core/verification/elliptic-keys.ts");
  const found = keys.map((source) => readPublicKey(source).key).find((key) => keyFingerprint(key) === fingerprint);
  return found?.export({ type: "spki", format: "pem" }).toString();
}

async function findRoot(signer: CertificateSigner, roots: readonly PemSource[]): Promise<string | undefined> {
  const { rootOf } = await import("../../core/policy/editing/signer-authority.ts");
  return rootOf(signer, roots.map(({ pem }) => pem).join("\n"));
}
