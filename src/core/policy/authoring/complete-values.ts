import { authorityForms } from "../authorities/table.ts";
import type { Schema, ValuePath } from "../policy-schema.ts";
import type { CompletionSources, KnownSigner } from "./completion-sources.ts";

export interface Choice {
  readonly text: string;
  readonly kind: "value" | "file" | "model" | "signer";
  readonly detail?: string;
  readonly documentation?: string;
  /** Never quoted: `true` or `false`. */
  readonly raw?: true;
}

/** The schema's choices and examples for a value. */
export function schemaChoices({ const: only, enum: words, type, default: usual, ...schema }: Schema): Choice[] {
  const about = schema.description === undefined ? {} : { documentation: schema.description };
  const choice = (text: string): Choice => ({
    text,
    kind: "value",
    ...(text === String(usual) && { detail: "default" }),
    ...about,
  });
  if (only !== undefined) return [choice(only)];
  if (words !== undefined) return words.map(choice);
  if (type === "boolean") return ["true", "false"].map((text) => ({ ...choice(text), raw: true }));
  return (schema.examples ?? []).map((text) => ({ ...choice(text), detail: "example" }));
}

/**
 * Values that are found in the workspace.
 *
 * @param issuer the value of that field in the same mapping
 */
export async function foundChoices(
  path: ValuePath,
  { models, signers, files }: CompletionSources,
  issuer: string | undefined,
): Promise<readonly Choice[]> {
  const name = path.at(-1);
  if (name === "glob") return globs(models);
  if (name === "issuer") return signerChoices(signers, (signer) => signer.issuer);
  if (name === "subject") {
    const ofIssuer = signers.filter((signer) => issuer === undefined || signer.issuer === issuer);
    return signerChoices(ofIssuer, ({ subject }) => subject);
  }
  const field = path.slice(-2).join(".");
  const [kind] = authorityForms().flatMap(([, form]) => form.files?.[field] ?? []);
  return kind === undefined ? [] : (await files(kind)).map((text) => ({ text, kind: "file" }));
}

/** Patterns for what is in a folder, widest first, then each model by its name. */
function globs(models: readonly string[]): Choice[] {
  const folders = new Map<string, number>();
  for (const model of models) {
    const parts = model.split("/").slice(0, -1);
    for (const depth of parts.keys()) {
      const folder = parts.slice(0, depth + 1).join("/");
      folders.set(folder, (folders.get(folder) ?? 0) + 1);
    }
  }
  const wide = [...folders].sort().map(([folder, count]) => [`${folder}/**`, count] as const);
  return [
    ...[["**", models.length] as const, ...wide].map(
      ([text, count]): Choice => ({ text, kind: "model", detail: count === 1 ? "1 model" : `${count} models` }),
    ),
    ...models.filter((model) => model !== "." && !model.includes("*")).map((text): Choice => ({ text, kind: "model" })),
  ];
}

function signerChoices(signers: readonly KnownSigner[], textOf: (signer: KnownSigner) => string): Choice[] {
  return [...Map.groupBy(signers, textOf)].map(([text, signed]) => {
    const more = signed.length - 1;
    return { text, kind: "signer", detail: `signed ${signed[0]?.model}${more > 0 ? ` and ${more} more` : ""}` };
  });
}
