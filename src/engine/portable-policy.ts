import type { IdentityMatcher, TextMatcher } from "../core/policy/authorities/identity.ts";
import type { KeylessAuthority } from "../core/policy/authorities/keyless.ts";
import type { Authority, Policy } from "../core/policy/policy.ts";
import { type PortableRoot, packRoot, unpackRoot } from "./portable-trust.ts";

/** A policy as plain data: patterns and expressions as their text, which the engine compiles. */
export interface PortablePolicy extends Omit<Policy, "models" | "authorities"> {
  readonly models: readonly string[];
  readonly authorities: readonly PortableAuthority[];
}

type PortableAuthority = Exclude<Authority, { readonly kind: "keyless" }> | PortableKeyless;

interface PortableKeyless extends Omit<KeylessAuthority, "identities" | "trustConfig"> {
  readonly identities: readonly { readonly issuer: PortableMatcher; readonly subject: PortableMatcher }[];
  readonly trustConfig?: { readonly path: string; readonly root: PortableRoot };
}

type PortableMatcher = string | { readonly expression: string };

export async function packPolicy({ models, authorities, ...rest }: Policy): Promise<PortablePolicy> {
  const packed = await Promise.all(authorities.map(packAuthority));
  return { ...rest, models: models.map(({ pattern }) => pattern), authorities: packed };
}

async function packAuthority(authority: Authority): Promise<PortableAuthority> {
  if (authority.kind !== "keyless") return authority;
  const { trustConfig, identities, ...rest } = authority;
  const packed = identities.map(({ issuer, subject }) => ({
    issuer: packMatcher(issuer),
    subject: packMatcher(subject),
  }));
  if (trustConfig === undefined) return { ...rest, identities: packed };
  return { ...rest, identities: packed, trustConfig: { ...trustConfig, root: await packRoot(trustConfig.root) } };
}

function packMatcher(matcher: TextMatcher): PortableMatcher {
  return typeof matcher === "string" ? matcher : { expression: matcher.source };
}

export async function unpackPolicy({ models, authorities, ...rest }: PortablePolicy): Promise<Policy> {
  const { Glob } = await import("../core/policy/glob.ts");
  const unpacked = await Promise.all(authorities.map(unpackAuthority));
  return { ...rest, models: models.map((pattern) => new Glob(pattern)), authorities: unpacked };
}

async function unpackAuthority(authority: PortableAuthority): Promise<Authority> {
  if (authority.kind !== "keyless") return authority;
  const { RegularExpression } = await import("../core/policy/regular-expression.ts");
  const unpack = (matcher: PortableMatcher): TextMatcher =>
    typeof matcher === "string" ? matcher : new RegularExpression(matcher.expression);
  const { trustConfig, identities, ...rest } = authority;
  const unpacked: IdentityMatcher[] = identities.map(({ issuer, subject }) => ({
    issuer: unpack(issuer),
    subject: unpack(subject),
  }));
  if (trustConfig === undefined) return { ...rest, identities: unpacked };
  return { ...rest, identities: unpacked, trustConfig: { ...trustConfig, root: await unpackRoot(trustConfig.root) } };
}
