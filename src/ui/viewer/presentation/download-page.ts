import type { Localizer, Translate } from "../../../core/presentation/localizer.ts";
import { verdictSentence } from "../../../core/presentation/verdict-summary.ts";
import type { KnownModel } from "../../../workspace/registry.ts";
import type { Button, PageParts, Section, ViewerState } from "../messages.ts";
import { checkButton, downloadOf } from "./download.ts";
import { verdictHeadline } from "./headline.ts";
import type { Links } from "./links.ts";
import { policyStep } from "./policy-step.ts";
import { type DownloadSubject, subjectName } from "./subject.ts";

/** Returns what the page of a model's download record shows. */
export function downloadPage(subject: DownloadSubject, links: Links, localizer: Localizer): PageParts {
  const { path, model, download: report } = subject;
  const download = report === undefined ? waiting(subject, localizer.t) : downloadOf(report, links, localizer);
  return {
    path,
    headline: headlineOf(subject, localizer),
    steps: model === undefined ? [] : policySteps(model, links, localizer),
    sections: download === undefined ? [] : [download],
    text: "none",
    buttons: model === undefined ? [] : buttonsOf(model, subject, localizer.t),
  };
}

function waiting({ model, problem }: DownloadSubject, t: Translate): Section | undefined {
  if (model === undefined || problem !== undefined) return undefined;
  const sentences = [{ text: t("Reading the download record…"), caution: false }];
  return { title: t("Download record"), sentences };
}

function headlineOf(subject: DownloadSubject, localizer: Localizer): ViewerState["headline"] {
  const { model, problem } = subject;
  const { t } = localizer;
  const name = subjectName(subject);
  if (model === undefined) {
    const sentence = t("{0} is not among the models of this window.", name);
    return { tone: "neutral", label: t("Not found"), sentence, notes: [] };
  }
  const sentence = verdictSentence(model.verdict, { name }, localizer);
  return verdictHeadline(model.verdict, sentence, problem, t);
}

/** What policies decide about the model, where they cover it. */
function policySteps({ verdict }: KnownModel, links: Links, localizer: Localizer): ViewerState["steps"] {
  if (verdict.decision === undefined || verdict.state === "checking" || verdict.state === "stale") return [];
  return [{ id: "policy", title: localizer.t("Policy"), ...policyStep(verdict, links, localizer), claims: [] }];
}

function buttonsOf({ verdict }: KnownModel, { download, isTrusted }: DownloadSubject, t: Translate): Button[] {
  const buttons = download === undefined ? [] : checkButton(download, t);
  if (verdict.signature !== undefined) {
    buttons.push({ action: "showSignature", text: t("Show Signature"), primary: false });
  } else if (isTrusted) {
    buttons.push({ action: "signModel", text: t("Sign Model…"), primary: false });
    if (verdict.pin === undefined) buttons.push({ action: "pinModel", text: t("Pin These Bytes…"), primary: false });
  }
  return buttons;
}
