import type { Trust } from "../../trust.ts";
import type { Reason } from "../../verdict.ts";
import type { Signer, SigningMethod } from "../../verification/signer.ts";
import type { TrustId } from "../model-facts.ts";
import type { Authority, AuthorityBase } from "../policy.ts";
import type { AuthorityDocument } from "../policy-document.ts";
import type { ValuePath } from "../policy-schema.ts";
import type { ReadContext } from "../read-context.ts";

/** The field of an authority that says how a signer is named. */
export type FormName = Exclude<keyof AuthorityDocument, "name">;

/** One way to write an authority in a policy file. */
export interface AuthorityForm<F extends FormName = FormName> {
  /**
   * @param path of the value in the document
   * @returns undefined where something is wrong with it, which is then among the diagnostics
   */
  read(
    context: ReadContext,
    base: AuthorityBase,
    value: NonNullable<AuthorityDocument[F]>,
    path: ValuePath,
  ): Promise<Authority | undefined>;
}

/** One kind of authority, as read. */
export interface AuthorityKind<A extends Authority = Authority> {
  /** The signing method of the signers that it can accept; absent for an exception. */
  readonly requires?: { readonly method: SigningMethod; readonly text: string };
  /** What its signers are checked against; absent for an exception. */
  trustId?(authority: A): TrustId;
  /** Only where each authority has a trust of its own. */
  trust?(authority: A): Trust | undefined;
  /**
   * @param signer as checked against its trust
   * @param failure why there is none
   */
  match(authority: A, signer: Signer | undefined, failure: Reason | undefined): Match;
}

/** Whether an authority accepts a signer (0), or how close the signer came to that. */
export interface Match {
  readonly distance: 0 | 1 | 2 | 3;
  /** Called for the few of thousands that are displayed. */
  readonly explain: () => string;
}

export function accepts(why: string): Match {
  return { distance: 0, explain: () => why };
}

/** The signature could not be verified with what the authority trusts. */
export function noSigner(what: string, failure: Reason | undefined): Match {
  return { distance: 2, explain: () => (failure === undefined ? what : `${what}: ${failure.message}`) };
}
