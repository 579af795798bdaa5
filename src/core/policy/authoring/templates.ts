import { authorityForms } from "../authorities/table.ts";
import { type NamedTemplate, Slot, type Template } from "./snippet.ts";

/** Authorities of each form. */
export const AUTHORITIES: readonly NamedTemplate[] = authorityForms().flatMap(([, { templates }]) => templates);

const MODELS = [{ glob: new Slot(1, "models/**") }];

/** What a field is filled with when its name is completed. */
export const FIELDS: Readonly<Record<string, Template>> = Object.assign(
  {
    metadata: { name: new Slot(1, "team-models") },
    spec: {
      models: MODELS,
      authorities: [{ name: new Slot(2, "release-key"), key: { path: new Slot(3, "keys/prod.pub") } }],
    },
    models: MODELS,
  },
  ...authorityForms().map(([, { fields }]) => fields),
);

/** A whole document. */
export const POLICY: NamedTemplate = {
  label: "model policy",
  description: "A policy that accepts one signer for the models of a folder.",
  template: {
    apiVersion: "model-provenance/v1",
    kind: "ModelPolicy",
    metadata: { name: new Slot(1, "team-models") },
    spec: {
      models: [{ glob: new Slot(2, "models/**") }],
      authorities: [{ name: new Slot(3, "release-key"), key: { path: new Slot(4, "keys/prod.pub") } }],
    },
  },
};
