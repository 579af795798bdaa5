import { modelName } from "../../../core/model/model-name.ts";
import type { OriginReport } from "../../../core/origin/origin.ts";
import type { Localizer, Translate } from "../../../core/presentation/localizer.ts";
import { verdictLabel } from "../../../core/presentation/verdict-labels.ts";
import { verdictSentence } from "../../../core/presentation/verdict-summary.ts";
import type { StateCounts } from "../../../engine/signature-view/requests.ts";
import { plainText } from "../../../platform/plain-text.ts";
import type { KnownModel } from "../../../workspace/registry.ts";
import type { Button, ViewerState } from "../messages.ts";
import { checkButton, downloadOf } from "./download.ts";
import { look, NOTES } from "./headline.ts";
import { labelsOf } from "./labels.ts";
import { Links } from "./links.ts";
import { policyStep } from "./policy-step.ts";
import { recordFiles } from "./record-files.ts";

/** Everything known about a model and its download. */
export interface DownloadSubject {
  /** Absolute path of the model. */
  readonly path: string;
  /** Absent where this window has no such model (any more, or not yet). */
  readonly model?: KnownModel;
  /** Absent until it is read, and where it could not be. */
  readonly report?: OriginReport;
  /** Why it could not be read. */
  readonly problem?: string;
  /** Whether models can be signed and policies written in this workspace. */
  readonly isTrusted: boolean;
}

/** Returns everything that the page of a model's download record shows except rows. */
export function downloadState(
  subject: DownloadSubject,
  files: { readonly counts: StateCounts; readonly generation: number },
  localizer: Localizer,
): { readonly state: ViewerState; readonly links: Links } {
  const { path, model, report } = subject;
  const links = new Links();
  const download = report === undefined ? waiting(subject, localizer.t) : downloadOf(report, links, localizer);
  const list = recordFiles(files.counts, files.generation, localizer);
  const state: ViewerState = {
    type: "state",
    name: nameOf(subject),
    path: plainText(path),
    headline: headlineOf(subject, localizer),
    steps: model === undefined ? [] : policySteps(model, links, localizer),
    ...(download && { download: { ...download, buttons: [] } }),
    ...(list && { files: list }),
    text: "none",
    buttons: model === undefined ? [] : buttonsOf(model, subject, localizer.t),
    labels: labelsOf(localizer),
  };
  return { state, links };
}

function waiting({ model, problem }: DownloadSubject, t: Translate): ReturnType<typeof downloadOf> | undefined {
  if (model === undefined || problem !== undefined) return undefined;
  return { sentences: [{ text: t("Reading the download record…"), caution: false }], facts: [], claims: [] };
}

function nameOf({ path, model }: DownloadSubject): string {
  return plainText(modelName(model ?? { path }));
}

function headlineOf(subject: DownloadSubject, localizer: Localizer): ViewerState["headline"] {
  const { model, problem } = subject;
  const { t } = localizer;
  const name = nameOf(subject);
  if (model === undefined) {
    const sentence = t("{0} is not among the models of this window.", name);
    return { tone: "neutral", mark: "○", label: t("Not found"), sentence, notes: [] };
  }
  const { verdict } = model;
  const reasons = [...(problem === undefined ? [] : [problem]), ...verdict.reasons.map(({ message }) => message)];
  return {
    ...look(verdictLabel(verdict, t)),
    sentence: plainText(verdictSentence(verdict, { name }, localizer)),
    notes: [...new Set(reasons.map(plainText))].slice(0, NOTES),
  };
}

/** What policies decide about the model, where they cover it. */
function policySteps({ verdict }: KnownModel, links: Links, localizer: Localizer): ViewerState["steps"] {
  if (verdict.decision === undefined || verdict.state === "checking" || verdict.state === "stale") return [];
  return [{ id: "policy", title: localizer.t("Policy"), ...policyStep(verdict, links, localizer), claims: [] }];
}

function buttonsOf({ verdict }: KnownModel, { report, isTrusted }: DownloadSubject, t: Translate): Button[] {
  const check = report === undefined ? [] : checkButton(report, t);
  if (verdict.signature !== undefined) {
    return [...check, { action: "showSignature", text: t("Show Signature"), primary: false }];
  }
  if (!isTrusted) return check;
  return [
    ...check,
    { action: "sign", text: t("Sign Model…"), primary: false },
    ...(verdict.pin === undefined ? [{ action: "pin" as const, text: t("Pin These Bytes…"), primary: false }] : []),
  ];
}
