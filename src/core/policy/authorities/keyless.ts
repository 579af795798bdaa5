import { join } from "node:path";
import type { TrustRoot } from "../../verification/trust-root.ts";
import { PUBLIC_TRUST, type TrustId } from "../model-facts.ts";
import type { AuthorityBase } from "../policy.ts";
import type { ValuePath } from "../policy-schema.ts";
import { attempt, type ReadContext, report } from "../read-context.ts";
import { resolveInWorkspace } from "../workspace-files.ts";
import { type AuthorityForm, type AuthorityKind, type Match, noSigner } from "./authority-kind.ts";
import { type IdentityMatcher, matchIdentity, readIdentity } from "./identity.ts";

export interface KeylessAuthority extends AuthorityBase {
  readonly kind: "keyless";
  readonly identities: readonly IdentityMatcher[];
  /** A private instance; the public one, if absent. */
  readonly trustConfig?: { readonly path: string; readonly root: TrustRoot };
}

export const keyless: AuthorityForm<"keyless"> & AuthorityKind<KeylessAuthority> = {
  async read(context, base, { identities, trustConfig }, path) {
    const matchers = identities.flatMap(
      (identity, index) => readIdentity(context, identity, [...path, "identities", index]) ?? [],
    );
    const config = trustConfig && (await readTrustConfig(context, trustConfig, [...path, "trustConfig"]));
    if (matchers.length < identities.length || (trustConfig !== undefined && !config)) return undefined;
    return { ...base, kind: "keyless", identities: matchers, ...(config && { trustConfig: config }) };
  },
  requires: { method: "sigstore", text: "a login or CI identity" },
  trustId,
  trust: ({ trustConfig }) => trustConfig && { sigstore: { root: trustConfig.root, identities: [] } },
  match({ identities }, signer, failure) {
    if (signer?.method !== "sigstore") return noSigner("not certified by this Sigstore instance", failure);
    let best: Match | undefined;
    for (const identity of identities) {
      const match = matchIdentity(identity, signer);
      if (match.distance === 0) return match;
      if (best === undefined || match.distance < best.distance) best = match;
    }
    return best ?? { distance: 3, explain: () => "lists no identity" };
  },
};

function trustId({ trustConfig }: KeylessAuthority): TrustId {
  return trustConfig === undefined ? PUBLIC_TRUST : `sigstore:${trustConfig.path}`;
}

async function readTrustConfig(
  context: ReadContext,
  file: string,
  path: ValuePath,
): Promise<KeylessAuthority["trustConfig"]> {
  context.named.add(join(context.folder, file));
  const found = await resolveInWorkspace(context.folder, file);
  if ("code" in found) return void report(context, found.code, found.message, path);
  context.named.add(found.path);
  // Loaded late: most policies use the public instance.
  const { readTrustConfigFile } = await import("../../verification/trust-root-files.ts");
  const root = await attempt(context, "trust-config", path, () => readTrustConfigFile(found.path));
  return root && { path: found.path, root };
}
