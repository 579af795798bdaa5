import type { Localizer, Translate } from "../../../core/presentation/localizer.ts";
import { hasDownload } from "../../../core/presentation/origin-text.ts";
import { trustLabel } from "../../../core/presentation/unknown-signer.ts";
import type { StateCounts } from "../../../engine/signature-view/requests.ts";
import { withPlainTexts } from "../../../platform/plain-text.ts";
import type { Button, PageParts, Section, ViewerState } from "../messages.ts";
import { checkButton, downloadOf } from "./download.ts";
import { downloadPage } from "./download-page.ts";
import { filesOf } from "./files.ts";
import { headlineOf } from "./headline.ts";
import { Links } from "./links.ts";
import { originOf } from "./origin.ts";
import { stepsOf } from "./steps.ts";
import { currentVerdict, type DownloadSubject, isAuthentic, type Subject, subjectName } from "./subject.ts";
import { timelineOf } from "./timeline.ts";

/** Returns everything the page shows except rows and text. Verified facts come from the verdict only; the rest are claims. */
export function viewerState(
  subject: Subject | DownloadSubject,
  { counts, generation }: { readonly counts: StateCounts; readonly generation: number },
  localizer: Localizer,
): { readonly state: ViewerState; readonly links: Links } {
  const links = new Links();
  const files = filesOf(subject, counts, localizer.t);
  const state: ViewerState = {
    type: "state",
    name: subjectName(subject),
    ...(subject.summary === undefined
      ? downloadPage(subject, links, localizer)
      : signaturePage(subject, links, localizer)),
    ...(files && { files }),
    generation,
  };
  return { state: withPlainTexts(state), links };
}

function signaturePage(subject: Subject, links: Links, localizer: Localizer): PageParts {
  const verdict = currentVerdict(subject);
  const signer = isAuthentic(verdict) ? verdict.signer : undefined;
  const timeline = signer && timelineOf(signer, verdict?.checkedAt, localizer);
  const origin = signer?.method === "sigstore" ? originOf(signer, links, localizer) : undefined;
  const download = downloadSection(subject, links, localizer);
  const headline = headlineOf(subject, localizer);
  return {
    path: fileText(subject, localizer),
    headline,
    steps: stepsOf(subject, links, localizer),
    sections: [timeline, origin, download].filter((section) => section !== undefined),
    text: subject.summary.text,
    buttons: buttonsOf(subject, headline.tone, localizer.t),
  };
}

function buttonsOf(subject: Subject, tone: ViewerState["headline"]["tone"], t: Translate): Button[] {
  const verdict = currentVerdict(subject);
  const trust = verdict && trustLabel(verdict, t);
  const canVerify = subject.model !== undefined && subject.model.verdict.state !== "checking";
  const again = tone === "green" || tone === "red";
  const buttons: Button[] = [];
  if (trust !== undefined) buttons.push({ action: "trustSigner", text: trust, primary: true });
  if (canVerify) {
    const primary = tone !== "green" && trust === undefined;
    buttons.push({ action: "verifyModel", text: again ? t("Verify Again") : t("Verify"), primary });
    buttons.push({ action: "copyReport", text: t("Copy Report"), primary: false });
  }
  return [...buttons, { action: "reopenAsText", text: t("Reopen as Text"), primary: false }];
}

/** Stands apart from the verdict, and is left out where nothing is known. */
function downloadSection({ download }: Subject, links: Links, localizer: Localizer): Section | undefined {
  if (download === undefined || !hasDownload(download)) return undefined;
  const { t } = localizer;
  const show: Button = { action: "showOrigin", text: t("Show Download Record"), primary: false };
  const check = checkButton(download, t).map((button) => ({ ...button, primary: false }));
  return { ...downloadOf(download, links, localizer), buttons: [...check, show] };
}

/** The path, and the line of a file that has a bundle a line. */
function fileText({ path, summary }: Subject, { t }: Localizer): string {
  return summary.line === undefined ? path : t("{0}, line {1}", path, summary.line);
}
