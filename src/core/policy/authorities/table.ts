import type { Authority } from "../policy.ts";
import type { AuthorityForm, AuthorityKind, FormName } from "./authority-kind.ts";
import { certificate } from "./certificate.ts";
import { digest } from "./digest.ts";
import { githubActions } from "./github-actions.ts";
import { key } from "./key.ts";
import { keyless } from "./keyless.ts";
import { exception } from "./static.ts";

const TABLE = { key, keyless, githubActions, certificate, digest, static: exception };
const FORMS: { readonly [F in FormName]: AuthorityForm<F> } = TABLE;
const KINDS: { readonly [K in Authority["kind"]]: AuthorityKind<Extract<Authority, { readonly kind: K }>> } = TABLE;

/** Every form, by the name of its field. */
export function authorityForms(): readonly (readonly [name: FormName, form: AuthorityForm])[] {
  return (Object.keys(FORMS) as FormName[]).map((name) => [name, FORMS[name]]);
}

export function kindOf({ kind }: Authority): AuthorityKind {
  return KINDS[kind];
}
