import { join } from "node:path";
import type { TrustRoot } from "../../verification/trust-root.ts";
import { Placeholder } from "../authoring/template.ts";
import { PUBLIC_TRUST, type TrustId } from "../model-facts.ts";
import type { AuthorityBase } from "../policy.ts";
import type { ValuePath } from "../policy-schema.ts";
import { attempt, type ReadContext, report } from "../read-context.ts";
import { resolveInWorkspace } from "../workspace-files.ts";
import { type AuthorityForm, type AuthorityKind, type Match, noSigner } from "./authority-kind.ts";
import { type IdentityMatcher, identityDocument, matchIdentity, readIdentity } from "./identity.ts";

export interface KeylessAuthority extends AuthorityBase {
  readonly kind: "keyless";
  readonly identities: readonly IdentityMatcher[];
  /** A private instance; the public one, if absent. */
  readonly trustConfig?: { readonly path: string; readonly root: TrustRoot };
}

const ISSUER = new Placeholder(2, "https://accounts.google.com");
const KEYLESS = { identities: [{ issuer: ISSUER, subject: new Placeholder(3, "alice@example.com") }] };
const KEYLESS_PATTERN = {
  identities: [{ issuer: ISSUER, subjectRegExp: new Placeholder(3, "^[a-z.]+@example[.]com$") }],
};

export const keyless: AuthorityForm<"keyless"> & AuthorityKind<KeylessAuthority> = {
  async read(context, base, { identities, trustConfig }, path) {
    const matchers = identities.flatMap(
      (identity, index) => readIdentity(context, identity, [...path, "identities", index]) ?? [],
    );
    const config = trustConfig && (await readTrustConfig(context, trustConfig, [...path, "trustConfig"]));
    if (matchers.length < identities.length || (trustConfig !== undefined && !config)) return undefined;
    return { ...base, kind: "keyless", identities: matchers, ...(config && { trustConfig: config }) };
  },
  templates: [
    {
      label: "person with a browser login",
      description: "Accepts what one person signed, by issuer and e-mail address, both exactly.",
      template: { name: new Placeholder(1, "alice"), keyless: KEYLESS },
    },
    {
      label: "people by a regular expression",
      description: "Accepts signers whose address matches an RE2 expression. Anchor it: ^…$",
      template: { name: new Placeholder(1, "team-at-example"), keyless: KEYLESS_PATTERN },
    },
  ],
  fields: { keyless: KEYLESS, identities: KEYLESS.identities },
  files: { "keyless.trustConfig": "trust-config" },

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
  toFlags: ({ identities, trustConfig }, note) =>
    identities.flatMap(({ issuer, subject, source }) => {
      if (source !== undefined) {
        note("a calling repository has no flag, so its workflow is omitted");
        return [];
      }
      if (typeof issuer === "string" && typeof subject === "string") {
        const trust = trustConfig === undefined ? [] : ["--trust-config", trustConfig.path];
        return [["sigstore", "MODEL", "--identity", subject, "--identity-provider", issuer, ...trust]];
      }
      note("identities are compared exactly, so a regular expression has no flag");
      return [];
    }),
  toClusterImagePolicy({ identities, trustConfig }, note) {
    if (identities.some(({ source }) => source !== undefined)) {
      note("a calling repository cannot be named, so its workflow is omitted");
      return undefined;
    }
    if (trustConfig === undefined) return { keyless: { identities: identities.map(identityDocument) } };
    note("a private instance needs a TrustRoot in the cluster, so it is omitted");
    return undefined;
  },
  toModelValidation({ identities, trustConfig }, note) {
    const leaveOut = (why: string): undefined => void note(`${why}, so it is omitted`);
    const [identity, ...others] = identities;
    if (identity === undefined || others.length > 0) return leaveOut("one identity is taken, and no alternatives");
    const { issuer, subject, source } = identity;
    if (source !== undefined) return leaveOut("a calling repository cannot be named");
    if (typeof issuer !== "string" || typeof subject !== "string") return leaveOut("identities are compared exactly");
    if (trustConfig !== undefined) return leaveOut("a private instance cannot be named");
    return { sigstoreConfig: { certificateIdentity: subject, certificateOidcIssuer: issuer } };
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
