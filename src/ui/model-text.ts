import { basename, dirname, relative } from "node:path";
import { l10n } from "vscode";
import { ProvenanceError } from "../core/errors.ts";
import type { HiddenContent } from "../core/model/file-list.ts";
import { hubSnapshot } from "../core/model/hub-cache.ts";
import type { Coverage, Verdict } from "../core/verdict.ts";
import type { Signer } from "../core/verification/signer.ts";
import { bytesText } from "../core/words.ts";
import { middleShortened, plainText } from "../platform/plain-text.ts";
import type { KnownModel } from "../workspace/registry.ts";
import { signerName } from "./signer-text.ts";
import { timeText } from "./time-text.ts";
import { describe } from "./translated-words.ts";

/** Characters of an identity where room is short; the whole of it is in the tooltip. */
const SHORT = 48;

/** The folder's or file's own name; for a snapshot in a cache of Hugging Face, that of the repository. */
export function modelName({ path }: KnownModel): string {
  return plainText(hubSnapshot(path)?.name ?? basename(path));
}

/** The name; or, where another model of the list has the same, the path from the workspace folder, or with it. */
export function distinctName(model: KnownModel, all: readonly KnownModel[]): string {
  const others = all.filter(({ path }) => path !== model.path);
  const name = NAMES.find((nameOf) => others.every((other) => nameOf(other) !== nameOf(model)));
  return plainText(name === undefined ? model.path : name(model));
}

const NAMES: readonly ((model: KnownModel) => string)[] = [
  ({ path }) => hubSnapshot(path)?.name ?? basename(path),
  ({ path }) => hubRevision(path) ?? basename(path),
  ({ path, folder }) => (folder === undefined || folder === path ? path : relative(folder, path)),
  ({ path, folder }) => (folder === undefined ? path : relative(dirname(folder), path)),
];

/** As much of the revision as tells it apart. */
function hubRevision(path: string): string | undefined {
  const snapshot = hubSnapshot(path);
  return snapshot === undefined ? undefined : `${snapshot.name} @ ${snapshot.revision.slice(0, 8)}`;
}

export function shortSigner(signer: Signer): string {
  return middleShortened(signerName(signer), SHORT);
}

/** What stands beside the name in a list. */
export function modelDescription(model: KnownModel): string {
  const { verdict, progress } = model;
  if (verdict.state === "checking" && progress !== undefined && progress.bytesTotal > 0) {
    const percent = Math.floor((progress.bytesDone / progress.bytesTotal) * 100);
    return l10n.t("{0} %, {1} of {2}", percent, bytesText(progress.bytesDone), bytesText(progress.bytesTotal));
  }
  if ((verdict.state === "verified" || verdict.state === "untrusted") && verdict.signer !== undefined) {
    return shortSigner(verdict.signer);
  }
  return middleShortened(plainText(describe(verdict)), SHORT);
}

/** `3`, or `3+` where not all of it was looked at. */
export function hiddenCountText({ count, complete }: HiddenContent): string {
  return complete ? String(count) : `${count}+`;
}

/** One line: what the default paths leave out beside git's own files, the first `shown` by name. */
export function hiddenText(hidden: HiddenContent, shown: number): string {
  const names = hidden.names.slice(0, shown);
  const label = l10n.t("Left out by default, not git's own ({0})", hiddenCountText(hidden));
  const more = hidden.count - names.length;
  return [`${label}: ${names.join(", ")}`, ...(more > 0 ? [l10n.t("… and {0} more", more)] : [])].join(" ");
}

export function filesText(coverage: Coverage): string {
  const bytes = bytesText(coverage.bytes);
  return coverage.files === 1 ? l10n.t("1 file, {0}", bytes) : l10n.t("{0} files, {1}", coverage.files, bytes);
}

/** How the verdict was reached: "every byte read, 14:02". */
export function readingText(verdict: Verdict): string {
  return verdict.reading === "cached"
    ? l10n.t("partly from earlier checks, {0}", checkedText(verdict))
    : l10n.t("every byte read, {0}", checkedText(verdict));
}

/** The same where room is short. */
export function shortReadingText(verdict: Verdict): string {
  return verdict.reading === "cached"
    ? l10n.t("cached, {0}", checkedText(verdict))
    : l10n.t("all read, {0}", checkedText(verdict));
}

function checkedText({ checkedAt }: Verdict): string {
  return checkedAt === undefined ? "" : timeText(checkedAt);
}

/** The verdict as a sentence about this model, for messages and for people who listen. */
export function verdictSentence(model: KnownModel): string {
  const { verdict } = model;
  const name = modelName(model);
  const signer = verdict.signer === undefined ? l10n.t("its signer") : signerName(verdict.signer);
  const reason = verdict.reasons[0]?.message ?? "";
  switch (verdict.state) {
    case "verified":
      return l10n.t("{0} is what {1} signed, unchanged: {2}.", name, signer, coverageOf(verdict));
    case "untrusted":
      return l10n.t("{0} is what {1} signed, unchanged, but nobody here accepts this signer.", name, signer);
    case "modified":
      return l10n.t("{0} changed since {1} signed it: {2}.", name, signer, plainText(describe(verdict)));
    case "invalid":
      return l10n.t("The signature of {0} is not valid: {1}", name, plainText(reason));
    case "unverifiable":
      return l10n.t("{0} cannot be checked here: {1}", name, plainText(reason));
    case "unsigned":
      return verdict.decision?.outcome === "refused"
        ? l10n.t("{0} is not signed, and a policy demands a signature.", name)
        : l10n.t("{0} is not signed.", name);
    case "unchecked":
      return verdict.signer === undefined
        ? l10n.t("{0} is signed and was not checked yet.", name)
        : l10n.t("{0} was signed by {1}; its files were not checked yet.", name, signer);
    case "checking":
      return l10n.t("{0} is being checked.", name);
    case "stale":
      return staleSentence(verdict, name);
  }
}

function staleSentence({ staleBecause }: Verdict, name: string): string {
  switch (staleBecause ?? "files") {
    case "files":
      return l10n.t("Files of {0} changed since it was checked.", name);
    case "policy":
      return l10n.t("Policies that decide about {0} changed since it was checked.", name);
    case "trust":
      return l10n.t("Whom you trust changed since {0} was checked.", name);
    case "restart":
      return l10n.t("{0} was checked in an earlier window, and not yet in this one.", name);
  }
}

function coverageOf(verdict: Verdict): string {
  return verdict.coverage === undefined ? l10n.t("no files") : filesText(verdict.coverage);
}

export function errorSentence(error: unknown): string {
  return error instanceof ProvenanceError || error instanceof Error ? error.message : String(error);
}
