import { CancellationError, l10n } from "vscode";
import { ProvenanceError } from "../../core/errors.ts";
import type { Policy } from "../../core/policy/policy.ts";
import type { PemSource, SigstoreTrust, Trust } from "../../core/trust.ts";
import type { Verdict } from "../../core/verdict.ts";
import type { CertificateSigner, KeySigner, SigstoreSigner } from "../../core/verification/signer.ts";
import { setting } from "../../platform/settings.ts";
import { isPrivateInstance } from "../../platform/sigstore-roots.ts";
import type { KnownModel } from "../../workspace/registry.ts";
import { askForSource } from "../commands/trust-key.ts";
import type { Services } from "../services.ts";

/** A signer whose signature was found authentic just now, and what by. */
export type Proof =
  | { readonly signer: KeySigner; readonly pem: string; readonly file?: string }
  | { readonly signer: CertificateSigner; readonly pem: string; readonly file?: string }
  | {
      readonly signer: SigstoreSigner;
      /** Absolute path of a private instance's configuration. */
      readonly trustConfig?: string;
    };

/** What there is to prove a signer with, before the person is asked for more. */
interface Means {
  readonly keys: readonly PemSource[];
  readonly roots: readonly PemSource[];
  readonly instances: readonly Instance[];
}

interface Instance {
  open(): Promise<Pick<SigstoreTrust, "root" | "newer">>;
  readonly trustConfig?: string;
}

/**
 * Who signed a model, by a check of its signature now: nothing is taken from what was shown or remembered. Where the
 * key or the root certificate is not known here, the person is asked for it.
 *
 * @param policies whose keys, roots and instances may serve to name the signer
 * @throws ProvenanceError with the reason, where the signature is not authentic; CancellationError
 */
export async function proveSigner(model: KnownModel, policies: readonly Policy[], services: Services): Promise<Proof> {
  const proof = await proofFromKnown(model, policies, services);
  if (!("missing" in proof)) return proof;
  const { file, source } = await askForSource(model.path, proof.missing, services);
  const trust: Means =
    proof.missing === "key"
      ? { keys: [source], roots: [], instances: [] }
      : { keys: [], roots: [source], instances: [] };
  const proven = await prove(model, trust, services.engine);
  if ("missing" in proven || proven.signer.method === "sigstore") throw new CancellationError();
  return { ...proven, file } as Proof;
}

/** Without asking anybody: undefined where what is needed is not known here, or nobody can be named. */
export async function knownSigner(
  model: KnownModel,
  policies: readonly Policy[],
  services: Services,
): Promise<Proof | undefined> {
  try {
    const proof = await proofFromKnown(model, policies, services);
    return "missing" in proof ? undefined : proof;
  } catch (error) {
    if (error instanceof ProvenanceError && error.code !== "CANCELLED") return undefined;
    throw error;
  }
}

async function proofFromKnown(model: KnownModel, policies: readonly Policy[], services: Services) {
  const { keys = [], certificates } = await services.trust.load();
  const authorities = policies.flatMap((policy) => policy.authorities);
  return prove(
    model,
    {
      keys: [...keys, ...authorities.flatMap((authority) => (authority.kind === "key" ? [authority.key] : []))],
      roots: [
        ...(certificates?.roots ?? []),
        ...authorities.flatMap((authority) => (authority.kind === "certificate" ? [authority.roots] : [])),
      ],
      instances: instancesOf(policies, services),
    },
    services.engine,
  );
}

function instancesOf(policies: readonly Policy[], { sigstore }: Services): Instance[] {
  const instances: Instance[] = [{ open: () => sigstore.publicInstance() }];
  for (const authority of policies.flatMap((policy) => policy.authorities)) {
    if (authority.kind !== "keyless" || authority.trustConfig === undefined) continue;
    const { path, root } = authority.trustConfig;
    if (instances.every(({ trustConfig }) => trustConfig !== path)) {
      instances.push({ open: async () => ({ root }), trustConfig: path });
    }
  }
  const own = setting("sigstoreInstance");
  if (isPrivateInstance(own) && instances.every(({ trustConfig }) => trustConfig !== own)) {
    instances.push({ open: () => sigstore.toVerify(), trustConfig: own });
  }
  return instances;
}

async function prove(
  model: KnownModel,
  means: Means,
  engine: Services["engine"],
): Promise<Proof | { readonly missing: "key" | "certificate" }> {
  const signature = model.verdict.signature;
  if (signature === undefined) {
    throw new ProvenanceError("USAGE", l10n.t("There is no signature here, and so no signer who could be trusted."));
  }
  const { method } = await engine.readVerificationHint(signature);
  const check: Check = (trust) => engine.authenticate({ model: model.path, signature, trust });
  switch (method) {
    case "key": {
      if (means.keys.length === 0) return { missing: "key" };
      const { signer, reasons } = await check({ keys: means.keys });
      const found = signer?.method === "key" ? await keyOf(signer, means.keys) : undefined;
      if (signer?.method === "key" && found !== undefined) return { signer, pem: found };
      return missingOr(reasons, ["KEY_UNKNOWN", "KEY_MISMATCH"], "key");
    }
    case "certificate": {
      if (means.roots.length === 0) return { missing: "certificate" };
      const { signer, reasons } = await check({ certificates: { roots: means.roots } });
      const { rootOf } = await import("../../core/policy/editing/signer-authority.ts");
      const pem =
        signer?.method === "certificate"
          ? rootOf(signer, means.roots.map((source) => source.pem).join("\n"))
          : undefined;
      if (signer?.method === "certificate" && pem !== undefined) return { signer, pem };
      return missingOr(reasons, ["CERTIFICATE_NO_ROOTS", "CERTIFICATE_UNTRUSTED_ROOT"], "certificate");
    }
    default:
      return proveSigstore(means.instances, check);
  }
}

type Check = (trust: Trust) => Promise<Verdict>;

async function proveSigstore(instances: readonly Instance[], check: Check): Promise<Proof> {
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

type Reasons = Awaited<ReturnType<Check>>["reasons"];

function missingOr<K extends "key" | "certificate">(
  reasons: Reasons,
  codes: readonly string[],
  missing: K,
): { readonly missing: K } {
  if (codes.includes(reasons[0]?.code ?? "")) return { missing };
  throw failureOf(reasons);
}

function failureOf([reason]: Reasons): ProvenanceError {
  if (reason === undefined)
    return new ProvenanceError("USAGE", l10n.t("There is no signer here who could be trusted."));
  return new ProvenanceError(reason.code, reason.message, { details: reason.details });
}

/** In PEM, as the fingerprint was made of it: what else the file says is not carried along. */
async function keyOf({ fingerprint }: KeySigner, keys: readonly PemSource[]): Promise<string | undefined> {
  const { keyFingerprint, readPublicKey } = await import("../../core/verification/elliptic-keys.ts");
  for (const source of keys) {
    const { key } = readPublicKey(source);
    if (keyFingerprint(key) === fingerprint) return key.export({ type: "spki", format: "pem" }).toString();
  }
  return undefined;
}
