import { resolve } from "node:path";
import type { ModelDigest } from "../core/digest.ts";
import { type DigestedPart, type DigestPartOptions, digestPart } from "../core/digest-part.ts";
import { partText } from "../core/manifest/part-number.ts";
import { mergeParts } from "../core/merge-parts.ts";
import { bytesText, countText, durationText } from "../core/presentation/bytes-and-time.ts";
import { EXIT } from "./command.ts";
import type { DigestArguments } from "./commands/digest.ts";
import { partJson } from "./json-report.ts";
import { rejectManifestOptions } from "./options.ts";
import { parsePart } from "./part-option.ts";
import { withProgressLine } from "./progress-line.ts";
import { signaturePathFor } from "./signature-path.ts";
import type { Terminal } from "./terminal.ts";

/** Digests one part of a model into a manifest, and reports it. The path of its future signature is excluded. */
export async function digestPartOf(
  request: Omit<DigestPartOptions, "part">,
  args: DigestArguments,
  { out, err, interruption }: Terminal,
): Promise<number> {
  const { model, output } = request;
  const part = parsePart(args.text("part") ?? "");
  const signature = await signaturePathFor(model);
  const result = await withProgressLine(err, ({ update }) =>
    digestPart({ ...request, part, signature, signal: interruption.signal, onProgress: update }),
  );
  if (args.flag("json") === true) out.json(partJson(resolve(model), resolve(output), result));
  else out.print([partReport(result, output)]);
  return EXIT.done;
}

/** Joins the parts of a model into the manifest of the whole. */
export async function mergePartsOf(
  model: string,
  output: string,
  args: DigestArguments,
  { log, interruption }: Terminal,
): Promise<ModelDigest> {
  rejectManifestOptions(args, "merge");
  const result = await mergeParts({ model, folder: args.text("merge") ?? "", output, signal: interruption.signal });
  log.info(`Written: ${output}`);
  return result;
}

function partReport({ manifest, kept, bytes, seconds }: DigestedPart, output: string): string {
  const files = `${countText(new Set(manifest.files.map(({ name }) => name)).size, "file")}, ${bytesText(bytes)}`;
  const what = kept
    ? `${output} is up to date, nothing was read`
    : `read in ${durationText(seconds)}, written to ${output}`;
  return `part ${partText(manifest.part)}: ${files}; ${what}`;
}
