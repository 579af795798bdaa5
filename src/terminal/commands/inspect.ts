import { type Inspection, inspect } from "../../core/inspect.ts";
import { bytesText, countText } from "../../core/presentation/bytes-and-time.ts";
import { defineCommand, EXIT } from "../command.ts";
import { inspectJson } from "../json-report.ts";
import { REPORT_OPTIONS, reportOptions } from "../options.ts";
import { field, hex, type ReportOptions } from "../report.ts";
import type { Line } from "../text.ts";

export default defineCommand({
  name: "inspect",
  operand: "SIGNATURE",
  description: [
    "Prints the content of a signature file, with the signer that it claims. Nothing is verified: anyone can write such a file.",
  ],
  options: REPORT_OPTIONS,
  examples: ["model-provenance inspect llama-3-8b/model.sig"],
  async run(signature, args, { out }) {
    const inspection = await inspect(signature);
    if (args.flag("json") === true) out.json(inspectJson(inspection));
    else out.print(...inspectionReport(inspection, signature, reportOptions(args)));
    return EXIT.done;
  },
});

function inspectionReport(inspection: Inspection, path: string, options: ReportOptions): Line[] {
  const { legacy, method, claimedSigner, claims, subject, rootDigest, resources } = inspection;
  const files = new Set(resources.map(({ file }) => file)).size;
  const sharded =
    inspection.shardSize === undefined
      ? ""
      : `, ${countText(resources.length, "shard")} of ${bytesText(inspection.shardSize)}`;
  return [
    [{ text: "○ Not verified", style: "amber" }, "  ", { text: path, style: "bold" }],
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
