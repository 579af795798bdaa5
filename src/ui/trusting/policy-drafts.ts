import { basename } from "node:path";
import { l10n } from "vscode";
import { modelPatterns } from "../../core/policy/editing/model-patterns.ts";
import { Glob } from "../../core/policy/glob.ts";
import type { PolicyDraft } from "../../core/policy/interchange/draft.ts";
import type { AuthorityDocument } from "../../core/policy/policy-document.ts";
import { signerName, signerText } from "../../core/presentation/signer-text.ts";
import type { Signer } from "../../core/verification/signer.ts";
import { plainText } from "../../platform/plain-text.ts";
import { locateModel } from "../../workspace/policies.ts";
import type { KnownModel } from "../../workspace/registry.ts";
import { nameList } from "../name-list.ts";
import { literalPattern } from "./destinations.ts";
import type { SignerEvidence } from "./identify-signer.ts";

/** Names in one sentence. */
const NAMED = 12;

export interface FoundSigner {
  readonly evidence: SignerEvidence;
  readonly models: readonly KnownModel[];
}

/** A signer whom the user accepts. */
export interface AcceptedSigner extends FoundSigner {
  readonly authority: AuthorityDocument;
}

/** A policy for each accepted signer, named after the signer, with a pattern for each folder of models. */
export function draftsFor(
  accepted: readonly AcceptedSigner[],
  all: readonly FoundSigner[],
  folder: string,
): readonly PolicyDraft[] {
  const names = new Set<string>();
  return accepted.map(({ evidence, models, authority }) => {
    const others = all.filter((other) => other.evidence !== evidence).flatMap((other) => other.models);
    const patterns = modelPatterns(pathsOf(models, folder), pathsOf(others, folder));
    const isGrouped = patterns.some(isFolderPattern);
    const wider = isGrouped
      ? l10n.t("Future models in these folders are covered too: they need a signature by this signer.")
      : l10n.t("A pattern such as models/* also covers future models.");
    return {
      name: freeName(policyName(evidence.signer), names),
      models: patterns.map((pattern) => (isFolderPattern(pattern) ? pattern : literalPattern(pattern))),
      authorities: [authority],
      comments: [plainText(signerText(evidence.signer, l10n.t)), wider],
    };
  });
}

function policyName(signer: Signer): string {
  const name = signer.method === "key" ? signer.label : undefined;
  return plainText(name ?? signerName(signer, l10n.t));
}

function freeName(wanted: string, taken: Set<string>): string {
  let name = wanted;
  for (let number = 2; taken.has(name); number++) name = `${wanted}-${number}`;
  taken.add(name);
  return name;
}

function isFolderPattern(pattern: string): boolean {
  return pattern.endsWith("/*");
}

function pathsOf(models: readonly KnownModel[], folder: string): string[] {
  return models.map(({ path }) => locateModel({ path, folder }).path);
}

/**
 * What the policies do beyond the models that the accepted signers have signed.
 *
 * @param unknown models of the folder whose signers are unknown
 * @param models all models of the folder
 */
export function consequences(
  drafts: readonly PolicyDraft[],
  accepted: readonly FoundSigner[],
  unknown: readonly KnownModel[],
  models: readonly KnownModel[],
  folder: string,
): readonly string[] {
  const globs = drafts.flatMap((draft) => draft.models.map((pattern) => new Glob(pattern)));
  const isCovered = ({ path }: KnownModel): boolean =>
    globs.some((glob) => glob.matches(locateModel({ path, folder }).path));
  const signed = new Set(accepted.flatMap((found) => found.models.map(({ path }) => path)));
  const covered = models.filter(isCovered);
  const rejected = covered.filter(({ path }) => !signed.has(path));
  const left = unknown.filter((model) => !isCovered(model));
  return [
    ...(rejected.length === 0
      ? []
      : [
          l10n.t(
            "Also covers models that none of these signers has signed, so it rejects them: {0}.",
            namesOf(rejected),
          ),
        ]),
    ...(left.length === 0 ? [] : [l10n.t("Not included, as their signer is unknown: {0}.", namesOf(left))]),
    covered.length === 1
      ? l10n.t("This policy will override your settings for this model.")
      : l10n.t("This policy will override your settings for {0} models.", covered.length),
  ];
}

export function namesOf(models: readonly KnownModel[]): string {
  return nameList(
    models.map(({ path }) => basename(path)),
    NAMED,
  );
}
