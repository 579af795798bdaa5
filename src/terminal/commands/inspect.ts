import { type Inspection, inspect } from "../../core/operations/inspect.ts";
import { bytesText, countText } from "../../core/presentation/bytes-and-time.ts";
import { type OptionSpecs, usageError } from "../arguments.ts";
import { defineCommand, EXIT } from "../command.ts";
import { REPORT_OPTIONS, reportOptions } from "../options.ts";
import { field, hex, type ReportOptions } from "../report.ts";
import type { Line } from "../text.ts";

export default defineCommand({
  name: "inspect",
  operand: "SIGNATURE",
  description: [
    "Prints the content of a signature file, with the signer that it claims. Nothing is verified: anyone can write such a file.",
  ],
  options: {
    ...REPORT_OPTIONS,
    "line N": "Of a file with several bundles, one per line: which of them. Default: the first that can be read.",
  } satisfies OptionSpecs,
  examples: ["model-provenance inspect llama-3-8b/model.sig"],
  async run(signature, args, { out }) {
    const line = args.text("line");
    if (line !== undefined && !/^[1-9]\d{0,8}$/.test(line)) throw usageError(`--line takes a number, not ${line}.`);
    const inspection = await inspect(signature, line === undefined ? undefined : Number(line));
    if (args.flag("json") === true) out.report("inspect", { verified: false, inspection });
    else out.print(...inspectionReport(inspection, signature, reportOptions(args)));
    return EXIT.done;
  },
});

function inspectionReport(inspection: Inspection, path: string, options: ReportOptions): Line[] {
  const { line, bundles, legacy, method, claimedSigner, claims, subject, rootDigest, resources } = inspection;
  const files = new Set(resources.map(({ file }) => file)).size;
  const sharded =
    inspection.shardSize === undefined
      ? ""
      : `, ${countText(resources.length, "shard")} of ${bytesText(inspection.shardSize)}`;
  return [
    [
      { text: "○ Not verified", style: "amber" },
      "  ",
      { text: path, style: "bold" },
      ...(line === undefined ? [] : [`, line ${line}`]),
    ],
    ...(bundles === undefined ? [] : field("bundles", [`${bundles}, one per line: --line N shows another`])),
    ...field("claims", [`to be signed by ${claimedSigner}`], ...claims.map(({ name, value }) => [`${name}: ${value}`])),
    ...field("method", [method]),
    ...field("format", [legacy ? "the deprecated version 0.2" : "OMS 1.0", `, ${inspection.mediaType}`]),
    ...field("model", [subject]),
    ...field("digest", [`sha256:${rootDigest}`]),
    ...field("files", [`${files} listed, ${inspection.algorithm}${sharded}`]),
    ...field("", ...resources.map(({ name, digest }) => [`${hex(digest, options)}  ${name}`])),
    ...field("excluded", ...inspection.ignorePaths.map((name) => [name])),
    ...field("links", [inspection.allowSymlinks ? "symbolic links were followed" : "symbolic links were rejected"]),
    [{ text: "○ Not verified: anyone can write such a file", style: "amber" }],
  ];
}
