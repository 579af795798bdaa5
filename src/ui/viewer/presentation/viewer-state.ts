import type { Localizer } from "../../../core/presentation/localizer.ts";
import { trustLabel } from "../../../core/presentation/unknown-signer.ts";
import type { StateCounts } from "../../../engine/signature-view/requests.ts";
import { plainText } from "../../../platform/plain-text.ts";
import type { ViewerState } from "../messages.ts";
import { filesOf } from "./files.ts";
import { headlineOf } from "./headline.ts";
import { labelsOf } from "./labels.ts";
import { Links } from "./links.ts";
import { originOf } from "./origin.ts";
import { stepsOf } from "./steps.ts";
import { currentVerdict, isAuthentic, type Subject, subjectName } from "./subject.ts";
import { timelineOf } from "./timeline.ts";

/** Returns everything the page shows except rows and text. Verified facts come from the verdict only; the rest are claims. */
export function viewerState(
  subject: Subject,
  files: { readonly counts: StateCounts; readonly generation: number },
  localizer: Localizer,
): { readonly state: ViewerState; readonly links: Links } {
  const links = new Links();
  const verdict = currentVerdict(subject);
  const signer = isAuthentic(verdict) ? verdict.signer : undefined;
  const timeline = signer && timelineOf(signer, verdict?.checkedAt, localizer);
  const origin = signer?.method === "sigstore" ? originOf(signer, links, localizer) : undefined;
  const trust = verdict && trustLabel(verdict, localizer.t);
  const list = filesOf(subject, files.counts, files.generation, localizer);
  const state: ViewerState = {
    type: "state",
    name: subjectName(subject),
    path: fileText(subject, localizer),
    headline: headlineOf(subject, localizer),
    steps: stepsOf(subject, links, localizer),
    ...(timeline && { timeline }),
    ...(origin && { origin }),
    ...(list && { files: list }),
    text: subject.summary.text,
    labels: labelsOf(localizer),
    ...(trust !== undefined && { trust }),
    canVerify: subject.model !== undefined && subject.model.verdict.state !== "checking",
  };
  return { state, links };
}

/** The path, and the line of a file that has a bundle a line. */
function fileText({ path, summary }: Subject, { t }: Localizer): string {
  return summary.line === undefined ? plainText(path) : t("{0}, line {1}", plainText(path), summary.line);
}
