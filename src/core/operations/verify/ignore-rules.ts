import type { Manifest } from "../../manifest/manifest.ts";
import { GIT_PATHS, type IgnoreRule, relativeToModel } from "../../model/ignore.ts";
import { isIgnored } from "../../model/is-ignored.ts";

/**
 * Returns what is ignored when a model is compared with its signature (OMS 6.2): the signature file, the signer's paths,
 * the default paths, and the caller's. A default path is not ignored if files in it are signed.
 *
 * @param callerPaths canonical, relative to the model
 */
export function verificationIgnoreRules(
  model: string,
  signature: string,
  manifest: Manifest,
  callerPaths: readonly string[],
): IgnoreRule[] {
  const signed = GIT_PATHS.filter((path) => manifest.resources.some(({ file }) => isIgnored(file, path)));
  return [
    ...signatureRule(model, signature),
    ...manifest.serialization.ignorePaths.map((path) => ({ path, source: "signer" as const })),
    ...GIT_PATHS.filter((path) => !signed.includes(path)).map((path) => ({ path, source: "default" as const })),
    ...callerPaths.map((path) => ({ path, source: "caller" as const })),
  ];
}

/** Returns what is ignored when a model is signed. */
export function signingIgnoreRules(
  model: string,
  signature: string | undefined,
  ignoreGitPaths: boolean,
  callerPaths: readonly string[],
): IgnoreRule[] {
  return [
    ...(signature === undefined ? [] : signatureRule(model, signature)),
    ...(ignoreGitPaths ? GIT_PATHS.map((path) => ({ path, source: "default" as const })) : []),
    ...callerPaths.map((path) => ({ path, source: "caller" as const })),
  ];
}

function signatureRule(model: string, signature: string): IgnoreRule[] {
  const path = relativeToModel(model, signature);
  return path === undefined ? [] : [{ path, source: "signature" }];
}
