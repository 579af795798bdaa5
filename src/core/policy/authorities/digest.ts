import type { AuthorityBase } from "../policy.ts";
import type { AuthorityForm, AuthorityKind } from "./authority-kind.ts";

/** The bytes of an unsigned model that a team has accepted. */
export interface DigestAuthority extends AuthorityBase {
  readonly kind: "digest";
  /** Lower-case hex, of the list of the model's files. */
  readonly sha256: string;
  /** Package URL of where the model is from. It has no effect on decisions. */
  readonly source?: string;
  readonly note?: string;
}

export const digest: AuthorityForm<"digest"> & AuthorityKind<DigestAuthority> = {
  async read(_, base, { sha256, source, note }) {
    const about = { ...(source !== undefined && { source }), ...(note !== undefined && { note }) };
    return { ...base, kind: "digest", sha256, ...about };
  },
  match: () => ({ distance: 3, explain: () => "pins the bytes of an unsigned model, and accepts no signer" }),
};
