import type { PemSource } from "../../trust.ts";
import { keyFingerprint, readPublicKey } from "../../verification/elliptic-keys.ts";
import { KEYS_TRUST } from "../model-facts.ts";
import type { AuthorityBase } from "../policy.ts";
import { readPem } from "../read-context.ts";
import { type AuthorityForm, type AuthorityKind, accepts } from "./authority-kind.ts";

export interface KeyAuthority extends AuthorityBase {
  readonly kind: "key";
  readonly key: PemSource;
  /** As in a bundle's hint: hex SHA-256 of the PEM text. */
  readonly fingerprint: string;
}

export const key: AuthorityForm<"key"> & AuthorityKind<KeyAuthority> = {
  async read(context, base, given, path) {
    const read = await readPem(context, "key", given, path, base.name, (pem) => keyFingerprint(readPublicKey(pem).key));
    return read && { ...base, kind: "key", key: read.source, fingerprint: read.parsed };
  },
  requires: { method: "key", text: "a key" },
  trustId: () => KEYS_TRUST,
  match({ key: { label }, fingerprint }, signer) {
    if (signer?.method === "key" && signer.fingerprint === fingerprint) return accepts(`signed with ${label}`);
    return { distance: 2, explain: () => `not signed with ${label}` };
  },
};
