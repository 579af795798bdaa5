import type { Origin, OriginClaim, OriginFiles, OriginReport } from "../../../core/origin/origin.ts";
import type { Localizer, Translate } from "../../../core/presentation/localizer.ts";
import { originSentences, repositoryText } from "../../../core/presentation/origin-text.ts";
import type { Button, Fact, Section } from "../messages.ts";
import { encodedPath, type Links } from "./links.ts";

/** Claims that are listed, at most. */
const CLAIMS = 100;
const HUB = "huggingface.co/";

/** Returns what the download record says, and apart from it what the model's files claim. */
export function downloadOf(report: OriginReport, links: Links, { t }: Localizer): Section {
  const { origin, claims } = report;
  const sentences = originSentences(report, t);
  const none = { text: t("No download record was found."), caution: false };
  return {
    title: t("Download record"),
    sentences: sentences.length === 0 ? [none] : sentences,
    facts: origin?.basis === "record" ? recordFacts(origin, links, t) : [],
    claims: claimFacts(claims, t),
  };
}

/** The button that compares the files with the record, where there is one. */
export function checkButton({ origin }: OriginReport, t: Translate): Button[] {
  if (origin?.basis !== "record") return [];
  return [
    {
      action: "checkOrigin",
      text: t("Check Against Download Record"),
      primary: origin.files.unchecked !== undefined,
    },
  ];
}

function recordFacts(origin: Origin, links: Links, t: Translate): Fact[] {
  const { source, repository, revision, purl, files } = origin;
  const sources = { huggingface: "Hugging Face", "git-lfs": "Git LFS", ollama: "Ollama" };
  const place = repository === undefined || source === "ollama" ? repository : repositoryText(origin);
  const page = place?.startsWith(HUB) ? `https://${encodedPath(place)}` : undefined;
  return [
    { label: t("Downloaded with"), value: sources[source] },
    ...links.fact(t("Repository"), place, page),
    ...links.fact(
      source === "ollama" ? t("Tag") : t("Revision"),
      revision,
      page && revision && `${page}/tree/${encodedPath(revision)}`,
    ),
    ...links.fact(t("Package URL"), purl),
    { label: t("Files"), value: filesText(files, t) },
    { label: t("Basis"), value: t("A download record on this machine, which is not signed") },
  ];
}

function filesText({ match, changed, missing, extra, unrecorded, unchecked = [] }: OriginFiles, t: Translate): string {
  return [
    changed.length > 0 ? t("{0} changed", changed.length) : undefined,
    extra.length > 0 ? t("{0} not in the record", extra.length) : undefined,
    missing.length > 0 ? t("{0} missing", missing.length) : undefined,
    match.length > 0 ? t("{0} match", match.length) : undefined,
    unchecked.length > 0 ? t("{0} not compared", unchecked.length) : undefined,
    unrecorded.length > 0 ? t("{0} without a record", unrecorded.length) : undefined,
  ]
    .filter((part) => part !== undefined)
    .join(", ");
}

function claimFacts(claims: readonly OriginClaim[], t: Translate): Fact[] {
  const labels = {
    name: t("Name"),
    author: t("Author"),
    license: t("License"),
    source: t("Source"),
    "base-model": t("Based on"),
    dataset: t("Trained on"),
  };
  const facts = claims.slice(0, CLAIMS).map(({ kind, value, revision, file, field }) => {
    const what = revision === undefined ? value : t("{0} at {1}", value, revision);
    return { label: labels[kind], value: `${what} (${file}: ${field})` };
  });
  const more = claims.length - facts.length;
  return more > 0 ? [...facts, { label: t("More"), value: t("{0} more claims", more) }] : facts;
}
