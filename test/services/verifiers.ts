import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Bundle, verify } from "sigstore";
import type { Reference } from "../interop/reference.ts";
import type { RekorVersion } from "../support/sigstore/trust-config.ts";
import type { BuiltProgram } from "./built-program.ts";
import type { RealSigstore } from "./services.ts";

/** Whether four clients accept the model's signature. */
export interface Opinions {
  readonly ours: boolean;
  /** The reference implementation. */
  readonly reference: boolean;
  /** sigstore-js: the bundle only, it knows nothing of models. */
  readonly sigstore: boolean;
  /** As sigstore-js. */
  readonly cosign: boolean;
}

export const ACCEPTED: Opinions = { ours: true, reference: true, sigstore: true, cosign: true };
export const REJECTED: Opinions = { ours: false, reference: false, sigstore: false, cosign: false };
/** Of a genuine signature of another model. */
export const OTHER_MODEL: Opinions = { ...ACCEPTED, ours: false, reference: false };

/** Verifies `model` and `model/model.sig` below a folder, for one identity. */
export async function opinions(
  folder: string,
  sigstore: RealSigstore,
  rekor: RekorVersion,
  identity: string,
  { program, reference }: { readonly program: BuiltProgram; readonly reference: Reference },
): Promise<Opinions> {
  const args = ["verify", "sigstore", "model", "--signature", "model/model.sig", "--identity", identity];
  const config = sigstore.trustConfigs[rekor];
  const ours = await program.run([...args, "--trust-config", config, "--identity-provider", sigstore.issuer.url]);
  const theirs = reference.cli([...args, "--trust_config", config, "--identity_provider", sigstore.issuer.url], folder);
  const bundle = readBundle(folder);
  return {
    ours: ours.status === 0,
    reference: theirs.ok,
    sigstore: await acceptedBySigstore(bundle, join(folder, "tuf"), sigstore, identity),
    cosign: acceptedByCosign(folder, sigstore, identity),
  };
}

/** Of OMS 1.0. */
const PREDICATE_TYPE = "https://model_signing/signature/v1.0";

export function readBundle(folder: string): Bundle {
  return JSON.parse(readFileSync(join(folder, "model", "model.sig"), "utf8"));
}

/** With the trust root from the TUF repository. */
async function acceptedBySigstore(
  bundle: Bundle,
  tufCachePath: string,
  { urls, tufRootPath, issuer }: RealSigstore,
  identity: string,
): Promise<boolean> {
  try {
    const signer = await verify(bundle, {
      tufMirrorURL: urls.tuf,
      tufRootPath,
      tufCachePath,
      certificateIssuer: issuer.url,
      // An unanchored regular expression, as it stands.
      certificateIdentityEmail: `^${identity.replaceAll(".", "[.]")}$`,
    });
    return signer.identity?.subjectAlternativeName === identity;
  } catch (error) {
    if (error instanceof Error && ["VerificationError", "PolicyError"].includes(error.name)) return false;
    throw error;
  }
}

function acceptedByCosign(folder: string, { programs, trustedRootPath, issuer }: RealSigstore, identity: string) {
  const args = [
    ...["verify-blob-attestation", "--bundle", "model/model.sig", "--trusted-root", trustedRootPath],
    ...["--certificate-identity", identity, "--certificate-oidc-issuer", issuer.url],
    // The statement is about a model, not about one file.
    ...["--type", PREDICATE_TYPE, "--check-claims=false"],
  ];
  const env = { PATH: process.env["PATH"], HOME: folder };
  const { error, status } = spawnSync(join(programs, "cosign"), args, { cwd: folder, env });
  if (error !== undefined) throw error;
  return status === 0;
}
