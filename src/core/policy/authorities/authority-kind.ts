import type { Trust } from "../../trust.ts";
import type { Signer, SigningMethod } from "../../verification/signer.ts";
import type { NamedTemplate, Template } from "../authoring/snippet.ts";
import type { FileKind } from "../authoring/surroundings.ts";
import type { Problem, TrustId } from "../model-facts.ts";
import type { Authority, AuthorityBase } from "../policy.ts";
import type { AuthorityDocument } from "../policy-document.ts";
import type { Reading } from "../reading.ts";
import type { ValuePath } from "../schema-check.ts";

/** The field of an authority that says how a signer is named. */
export type FormName = Exclude<keyof AuthorityDocument, "name">;

/** One way to write an authority in a policy file. */
export interface AuthorityForm<F extends FormName = FormName> {
  /**
   * @param path of the value in the document
   * @returns undefined where something is wrong with it, which is then among the diagnostics
   */
  read(
    reading: Reading,
    base: AuthorityBase,
    value: NonNullable<AuthorityDocument[F]>,
    path: ValuePath,
  ): Promise<Authority | undefined>;
  /** Whole authorities, for completion. */
  readonly templates: readonly NamedTemplate[];
  /** What a field is filled with when its name is completed. */
  readonly fields: Readonly<Record<string, Template>>;
  /** Which files complete a value, by the last two names of its path. */
  readonly files?: Readonly<Record<string, FileKind>>;
}

/** One kind of authority, as read. */
export interface AuthorityKind<A extends Authority = Authority> {
  /** How a signer has to sign to be accepted; absent for an exception. */
  readonly wants?: { readonly method: SigningMethod; readonly text: string };
  /** What its signers are checked against; none for an exception. */
  trustId(authority: A): TrustId | undefined;
  /** Only where each authority has a trust of its own. */
  trust?(authority: A): Trust | undefined;
  /**
   * @param signer as checked against its trust
   * @param failure why there is none
   */
  match(authority: A, signer: Signer | undefined, failure: Problem | undefined): Match;
  /** What it names exactly, see {@link exactKey}; undefined for what has to be matched. */
  exactKeys(authority: A): readonly (string | undefined)[];
  /** Flags for `verify`, a list for each signer. */
  toFlags(authority: A, note: Note): readonly (readonly string[])[];
  /** As its document, but for where the public instance is. */
  toClusterImagePolicy(authority: A, note: Note): AuthorityDocument | undefined;
  /** The `config` of a ModelValidation. */
  toModelValidation(authority: A, note: Note): object | undefined;
}

/** What an authority says to a signer, and how near it is to a yes: 0 is one. */
export interface Match {
  readonly distance: 0 | 1 | 2 | 3;
  /** Made when it is shown: of thousands, few are. */
  readonly explain: () => string;
}

/** Says what another format cannot express. */
export type Note = (why: string) => void;

export function accepts(why: string): Match {
  return { distance: 0, explain: () => why };
}

/** Where its trust leads to no signer. */
export function noSigner(what: string, failure: Problem | undefined): Match {
  return { distance: 2, explain: () => (failure === undefined ? what : `${what}: ${failure.message}`) };
}

/** The same for an authority and for the only signer that it names. */
export function exactKey(...parts: readonly string[]): string {
  return JSON.stringify(parts);
}
