import type { StateCounts } from "../../../engine/signature-view/requests.ts";
import { plainText } from "../../../platform/plain-text.ts";
import type { ViewerState } from "../messages.ts";
import type { Edge } from "./edge.ts";
import { filesOf } from "./files.ts";
import { headlineOf } from "./headline.ts";
import { labelsOf } from "./labels.ts";
import { Links } from "./links.ts";
import { originOf } from "./origin.ts";
import { stepsOf } from "./steps.ts";
import { currentVerdict, isAuthentic, type Subject, subjectName } from "./subject.ts";
import { claimedTimeline, timelineOf } from "./timeline.ts";

/** Everything the page shows but rows and text; what is verified comes from the verdict, all else is told as a claim. */
export function viewerState(
  subject: Subject,
  files: { readonly counts: StateCounts; readonly generation: number },
  edge: Edge,
): { readonly state: ViewerState; readonly links: Links } {
  const links = new Links();
  const verdict = currentVerdict(subject);
  const signer = isAuthentic(verdict) ? verdict.signer : undefined;
  const timeline =
    signer === undefined ? claimedTimeline(subject.summary, edge) : timelineOf(signer, verdict?.checkedAt, edge);
  const origin = signer?.method === "sigstore" ? originOf(signer, links, edge) : undefined;
  const list = filesOf(subject, files.counts, files.generation, edge);
  const state: ViewerState = {
    type: "state",
    name: subjectName(subject),
    path: plainText(subject.path),
    headline: headlineOf(subject, edge),
    steps: stepsOf(subject, links, edge),
    ...(timeline && { timeline }),
    ...(origin && { origin }),
    ...(list && { files: list }),
    text: subject.summary.text,
    labels: labelsOf(edge),
    canTrust: verdict?.state === "untrusted" && signer !== undefined,
    canVerify: subject.model !== undefined && subject.model.verdict.state !== "checking",
  };
  return { state, links };
}
