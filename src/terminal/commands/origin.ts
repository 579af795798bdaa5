import { basename, resolve } from "node:path";
import { contradictsRecord, type OriginReport } from "../../core/origin/origin.ts";
import { countText } from "../../core/presentation/bytes-and-time.ts";
import { ENGLISH } from "../../core/presentation/localizer.ts";
import { claimText, originPlace, originSentences } from "../../core/presentation/origin-text.ts";
import { defineCommand, EXIT } from "../command.ts";
import { REPORT_OPTIONS } from "../options.ts";
import { withReading } from "../progress-line.ts";
import { field, folded } from "../report.ts";
import type { Line } from "../text.ts";

export default defineCommand({
  name: "origin",
  description: [
    "Prints where a model was downloaded from, by the records that the Hugging Face client, Git LFS and Ollama keep on this machine, and whether its files still match them.",
    "MODEL is a folder or a single file, or a manifest in Ollama's store. Uses no network. The records are not signed: this is no verification. Exit status 1 means that a file differs from the record, or is not in a record that lists all files; without a record it is 0.",
  ],
  options: REPORT_OPTIONS,
  examples: ["model-provenance origin ~/models/llama-3-8b"],
  async run(model, args, terminal) {
    const { out } = terminal;
    const { findOrigin } = await import("../../core/origin/find-origin.ts");
    const report = await withReading(terminal, (reading) => findOrigin({ model, checkDigests: true, ...reading }));
    if (args.flag("json") === true) out.report("origin", { model: resolve(model), ...report });
    else out.print(...originLines(report, basename(resolve(model)), args.flag("long") ?? false));
    return contradictsRecord(report) ? EXIT.failed : EXIT.done;
  },
});

function originLines(report: OriginReport, name: string, long: boolean): Line[] {
  const { origin, claims } = report;
  const sentences = originSentences(report, ENGLISH.t);
  const recorded = origin?.basis === "record";
  const names = (list: readonly string[] = []): Line[] => {
    return folded(list, long, " (--long lists them)").map((text) => [text]);
  };
  const files = origin?.files;
  return [
    [{ text: name, style: "bold" }],
    ...(recorded ? field("record", [originPlace(origin, ENGLISH.t)]) : []),
    ...(recorded && origin.revision !== undefined ? field("revision", [origin.revision]) : []),
    ...(origin?.purl === undefined ? [] : field("purl", [origin.purl])),
    ...(files !== undefined && files.match.length > 0 ? field("match", [countText(files.match.length, "file")]) : []),
    ...field("changed", ...names(files?.changed)),
    ...field("added", ...names(files?.extra)),
    ...field("missing", ...names(files?.missing)),
    ...(recorded ? field("no record", ...names(files?.unrecorded)) : []),
    ...field("claims", ...claims.map((claim): Line => [claimText(claim, ENGLISH.t)])),
    ...sentences.map(
      ({ text, caution }): Line => [{ text: `${caution ? "!" : "○"} ${text}`, style: caution ? "amber" : "bold" }],
    ),
    ...(recorded || report.pointers.length > 0
      ? []
      : [[{ text: "○ No download record was found", style: "bold" as const }]]),
  ];
}
