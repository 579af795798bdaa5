import { basename, dirname, relative } from "node:path";
import { l10n } from "vscode";
import { ProvenanceError } from "../core/errors.ts";
import { hubSnapshot } from "../core/model/hub-cache.ts";
import { modelName as ownName } from "../core/model/model-name.ts";
import { bytesText } from "../core/presentation/bytes-and-time.ts";
import { filesText } from "../core/presentation/coverage-text.ts";
import {
  problemSentence,
  type SentenceParts,
  summarizeVerdict,
  verdictSentence,
} from "../core/presentation/verdict-summary.ts";
import { middleShortened, plainText } from "../platform/plain-text.ts";
import type { KnownModel } from "../workspace/registry.ts";
import { EDITOR } from "./localizer.ts";

/** Characters of an identity in a list; the tooltip has it in full. */
const SHORT = 48;

/** What a model is named by. */
type Named = Pick<KnownModel, "path" | "name">;

/** The name of the folder or file; in a Hugging Face cache and in Ollama's store, that of the repository. */
export function modelName(model: Named): string {
  return plainText(ownName(model));
}

/** The shortest text that distinguishes the model in the list: its name, or a path. */
export function distinctName(model: KnownModel, all: readonly KnownModel[]): string {
  const others = all.filter(({ path }) => path !== model.path);
  const name = NAMES.find((nameOf) => others.every((other) => nameOf(other) !== nameOf(model)));
  return plainText(name === undefined ? model.path : name(model));
}

const NAMES: readonly ((model: KnownModel) => string)[] = [
  ownName,
  ({ path }) => hubRevision(path) ?? basename(path),
  ({ path, folder }) => (folder === undefined || folder === path ? path : relative(folder, path)),
  ({ path, folder }) => (folder === undefined ? path : relative(dirname(folder), path)),
];

/** The name with the start of the revision. */
function hubRevision(path: string): string | undefined {
  const snapshot = hubSnapshot(path);
  return snapshot === undefined ? undefined : `${snapshot.name} @ ${snapshot.revision.slice(0, 8)}`;
}

/** The text beside the name in a list. */
export function modelDescription(model: KnownModel): string {
  const { verdict, progress } = model;
  if (verdict.state === "checking" && progress !== undefined && progress.bytesTotal > 0) {
    const percent = Math.floor((progress.bytesDone / progress.bytesTotal) * 100);
    return l10n.t("{0} %, {1} of {2}", percent, bytesText(progress.bytesDone), bytesText(progress.bytesTotal));
  }
  return middleShortened(plainText(summarizeVerdict(verdict, EDITOR)), SHORT);
}

/** The verdict as a sentence, for messages and screen readers. */
export function modelSentence(model: KnownModel): string {
  const { verdict } = model;
  const sentence = verdictSentence(verdict, sentenceParts(model), EDITOR);
  const isCounted = verdict.state === "verified" && verdict.coverage !== undefined;
  return plainText(isCounted ? `${sentence} ${filesText(verdict.coverage, l10n.t)}.` : sentence);
}

/** The verdict as a sentence for Problems. */
export function modelProblemSentence(model: KnownModel): string {
  return plainText(problemSentence(model.verdict, sentenceParts(model), EDITOR));
}

function sentenceParts(model: KnownModel): SentenceParts {
  return { name: modelName(model), reason: model.verdict.reasons[0]?.message };
}

export function errorSentence(error: unknown): string {
  return error instanceof ProvenanceError || error instanceof Error ? error.message : String(error);
}
