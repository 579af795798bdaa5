import { authorityForms } from "../authorities/table.ts";
import type { Schema, ValuePath } from "../schema-check.ts";
import type { FileKind, KnownSigner, Surroundings } from "./surroundings.ts";

export interface Choice {
  readonly text: string;
  readonly kind: "value" | "file" | "model" | "signer";
  readonly detail?: string;
  readonly documentation?: string;
  /** Written as it is: no text of YAML, but `true` or `false`. */
  readonly raw?: true;
}

interface ChoiceOptions {
  readonly schemaElsewhere: boolean;
  /** The value of another field of the same mapping. */
  beside(field: string): string | undefined;
}

/** Values that fit at a path: those that the schema names, and those that are found around the file. */
export async function valueChoices(
  path: ValuePath,
  schema: Schema,
  around: Surroundings,
  { schemaElsewhere, beside }: ChoiceOptions,
): Promise<readonly Choice[]> {
  const found = await foundChoices(path, around, beside);
  if (schemaElsewhere) return found;
  const texts = new Set(found.map(({ text }) => text));
  return [...found, ...schemaChoices(schema).filter(({ text }) => !texts.has(text))];
}

function schemaChoices({ const: only, enum: words, type, default: usual, examples, description }: Schema): Choice[] {
  const about = description === undefined ? {} : { documentation: description };
  const detail = (text: string): { readonly detail?: string } => (text === String(usual) ? { detail: "default" } : {});
  if (only !== undefined) return [{ text: only, kind: "value", ...about }];
  if (words !== undefined) return words.map((text) => ({ text, kind: "value", ...detail(text), ...about }));
  if (type === "boolean") {
    return ["true", "false"].map((text) => ({ text, kind: "value", raw: true, ...detail(text), ...about }));
  }
  return (examples ?? []).map((text) => ({ text, kind: "value", detail: "example", ...about }));
}

async function foundChoices(
  path: ValuePath,
  around: Surroundings,
  beside: ChoiceOptions["beside"],
): Promise<readonly Choice[]> {
  const [parent, name] = path.slice(-2);
  if (name === "glob") return globs(around.models);
  if (name === "issuer") return issuers(around.signers);
  if (name === "subject") return subjects(around.signers, beside("issuer"));
  const kind = fileKind(parent, name);
  if (kind === undefined) return [];
  const files = await around.files(kind);
  return files.map((text) => ({ text, kind: "file" }));
}

/** Such as `key.path`. */
function fileKind(...names: readonly (ValuePath[number] | undefined)[]): FileKind | undefined {
  const kinds = authorityForms().map(([, { files }]) => files?.[names.join(".")]);
  return kinds.find((kind) => kind !== undefined);
}

/** Patterns for what is in a folder, widest first, then each model by its name. */
function globs(models: readonly string[]): Choice[] {
  const folders = new Map<string, number>();
  for (const model of models) {
    const parts = model.split("/");
    for (let depth = parts.length - 1; depth > 0; depth--) {
      const folder = parts.slice(0, depth).join("/");
      folders.set(folder, (folders.get(folder) ?? 0) + 1);
    }
  }
  const counted = (count: number): string => (count === 1 ? "1 model" : `${count} models`);
  const wide = [
    ["**", models.length] as const,
    ...[...folders].sort().map(([folder, count]) => [`${folder}/**`, count] as const),
  ];
  return [
    ...wide.map(([text, count]): Choice => ({ text, kind: "model", detail: counted(count) })),
    ...models.filter((model) => model !== "." && !/[*]/.test(model)).map((text): Choice => ({ text, kind: "model" })),
  ];
}

function issuers(signers: readonly KnownSigner[]): Choice[] {
  return distinct(signers, ({ issuer }) => issuer);
}

/** Of the issuer that is named beside, if one is. */
function subjects(signers: readonly KnownSigner[], issuer: string | undefined): Choice[] {
  const fitting = signers.filter((signer) => issuer === undefined || signer.issuer === issuer);
  return distinct(fitting, ({ subject }) => subject);
}

function distinct(signers: readonly KnownSigner[], textOf: (signer: KnownSigner) => string): Choice[] {
  const models = Map.groupBy(signers, textOf);
  return [...models].map(([text, signed]) => {
    const more = signed.length - 1;
    return { text, kind: "signer", detail: `signed ${signed[0]?.model}${more > 0 ? ` and ${more} more` : ""}` };
  });
}
