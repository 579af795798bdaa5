import { CancellationError, l10n } from "vscode";
import { type ErrorCode, ProvenanceError } from "../../core/errors.ts";
import type { Policy } from "../../core/policy/policy.ts";
import type { PemSource, SigstoreTrust, Trust } from "../../core/trust.ts";
import type { Verdict } from "../../core/verdict.ts";
import type { CertificateSigner, KeySigner, SigstoreSigner } from "../../core/verification/signer.ts";
import { setting } from "../../platform/settings.ts";
import { isPrivateInstance } from "../../platform/sigstore-roots.ts";
import type { KnownModel } from "../../workspace/registry.ts";
import { askForSource } from "../commands/trust-key.ts";
import type { Services } from "../services.ts";

/** A signer whose signature has just been verified, and what it was verified with. */
export type SignerEvidence =
  | {
      readonly signer: KeySigner | CertificateSigner;
      /** The key or the root certificate. */
      readonly pem: string;
      /** Absolute path of the file that the user chose it from. */
      readonly file?: string;
    }
  | {
      readonly signer: SigstoreSigner;
      /** Absolute path of a private instance's configuration. */
      readonly trustConfig?: string;
    };

/** What a signature can be verified with. */
interface TrustMaterial {
  readonly keys: readonly PemSource[];
  readonly roots: readonly PemSource[];
  readonly instances: readonly Instance[];
}

interface Instance {
  open(): Promise<Pick<SigstoreTrust, "root" | "newer">>;
  readonly trustConfig?: string;
}

interface Missing {
  readonly missing: "key" | "certificate";
}

/**
 * Identifies who signed a model by verifying its signature now. Asks for the key or the root certificate where it is
 * unknown.
 *
 * @param policies whose keys, roots and instances may identify the signer
 * @throws ProvenanceError with the reason, where the signature is not authentic; CancellationError
 */
export async function identifySigner(
  model: KnownModel,
  policies: readonly Policy[],
  services: Services,
): Promise<SignerEvidence> {
  const found = await identifyWithKnown(model, policies, services);
  if (!("missing" in found)) return found;
  const { file, source } = await askForSource(model.path, found.missing, services);
  const [keys, roots] = found.missing === "key" ? [[source], []] : [[], [source]];
  const identified = await identify(model, { keys, roots, instances: [] }, services.engine);
  if (!("pem" in identified)) throw new CancellationError();
  return { ...identified, file };
}

/** Identifies who signed a model without asking; undefined where the signer is unknown or the signature not authentic. */
export async function identifyKnownSigner(
  model: KnownModel,
  policies: readonly Policy[],
  services: Services,
): Promise<SignerEvidence | undefined> {
  try {
    const found = await identifyWithKnown(model, policies, services);
    return "missing" in found ? undefined : found;
  } catch (error) {
    if (error instanceof ProvenanceError && error.code !== "CANCELLED") return undefined;
    throw error;
  }
}

async function identifyWithKnown(
  model: KnownModel,
  policies: readonly Policy[],
  services: Services,
): Promise<SignerEvidence | Missing> {
  const { keys = [], certificates } = await services.trust.load();
  const authorities = policies.flatMap((policy) => policy.authorities);
  const material = {
    keys: [...keys, ...authorities.flatMap((authority) => (authority.kind === "key" ? [authority.key] : []))],
    roots: [
      ...(certificates?.roots ?? []),
      ...authorities.flatMap((authority) => (authority.kind === "certificate" ? [authority.roots] : [])),
    ],
    instances: instancesOf(policies, services),
  };
  return identify(model, material, services.engine);
}

function instancesOf(policies: readonly Policy[], { sigstore }: Services): Instance[] {
  const instances: Instance[] = [{ open: () => sigstore.publicInstance() }];
  const add = (trustConfig: string, open: Instance["open"]): void => {
    if (instances.every((known) => known.trustConfig !== trustConfig)) instances.push({ open, trustConfig });
  };
  for (const authority of policies.flatMap((policy) => policy.authorities)) {
    if (authority.kind !== "keyless" || authority.trustConfig === undefined) continue;
    const { path, root } = authority.trustConfig;
    add(path, async () => ({ root }));
  }
  const own = setting("sigstoreInstance");
  if (isPrivateInstance(own)) add(own, () => sigstore.toVerify());
  return instances;
}

async function identify(
  model: KnownModel,
  { keys, roots, instances }: TrustMaterial,
  engine: Services["engine"],
): Promise<SignerEvidence | Missing> {
  const signature = model.verdict.signature;
  if (signature === undefined) {
    throw new ProvenanceError("USAGE", l10n.t("The model has no signature, so there is no signer to trust."));
  }
  const { method } = await engine.run("readVerificationHint", { signature });
  const check = (trust: Trust): Promise<Verdict> => engine.authenticate({ model: model.path, signature, trust });
  switch (method) {
    case "key": {
      if (keys.length === 0) return { missing: "key" };
      const { signer, reasons } = await check({ keys });
      const pem = signer?.method === "key" ? await findKey(signer, keys) : undefined;
      if (signer?.method === "key" && pem !== undefined) return { signer, pem };
      return missingOr(reasons, ["KEY_UNKNOWN", "KEY_MISMATCH"], "key");
    }
    case "certificate": {
      if (roots.length === 0) return { missing: "certificate" };
      const { signer, reasons } = await check({ certificates: { roots } });
      const pem = signer?.method === "certificate" ? await findRoot(signer, roots) : undefined;
      if (signer?.method === "certificate" && pem !== undefined) return { signer, pem };
      return missingOr(reasons, ["CERTIFICATE_NO_ROOTS", "CERTIFICATE_UNTRUSTED_ROOT"], "certificate");
    }
    default:
      return identifyWithSigstore(instances, check);
  }
}

async function identifyWithSigstore(
  instances: readonly Instance[],
  check: (trust: Trust) => Promise<Verdict>,
): Promise<SignerEvidence> {
  let failure: unknown;
  for (const { open, trustConfig } of instances) {
    try {
      const { signer, reasons } = await check({ sigstore: { ...(await open()), identities: [] } });
      if (signer?.method === "sigstore") return trustConfig === undefined ? { signer } : { signer, trustConfig };
      failure = failureOf(reasons);
    } catch (error) {
      if (!(error instanceof ProvenanceError) || error.code === "CANCELLED") throw error;
      failure ??= error;
    }
  }
  throw failure;
}

function missingOr(reasons: Verdict["reasons"], codes: readonly ErrorCode[], missing: Missing["missing"]): Missing {
  if (reasons[0] !== undefined && codes.includes(reasons[0].code)) return { missing };
  throw failureOf(reasons);
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
