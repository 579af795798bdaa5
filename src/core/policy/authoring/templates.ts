import { authorityForms } from "../authorities/table.ts";
import { type NamedTemplate, Placeholder, type Template } from "./template.ts";

/** Authorities of each form. */
export const AUTHORITIES: readonly NamedTemplate[] = authorityForms().flatMap(([, { templates }]) => templates);

const name = new Placeholder(1, "team-models");
const models = [{ glob: new Placeholder(2, "models/**") }];
const key = { path: new Placeholder(4, "keys/prod.pub") };
const spec = { models, authorities: [{ name: new Placeholder(3, "release-key"), key }] };

/** What a field is filled with when its name is completed. */
export const FIELDS: Readonly<Record<string, Template>> = Object.assign(
  { metadata: { name }, spec, models },
  ...authorityForms().map(([, { fields }]) => fields),
);

/** A whole document. */
export const POLICY: NamedTemplate = {
  label: "model policy",
  description: "A policy that accepts one signer for the models of a folder.",
  template: { apiVersion: "model-provenance/v1", kind: "ModelPolicy", metadata: { name }, spec },
};
