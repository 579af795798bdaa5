import { resolve } from "node:path";
import { type DigestedPart, type DigestPartOptions, digestPart } from "../core/digest-part.ts";
import { type PartNumber, partText } from "../core/manifest/part-number.ts";
import { bytesText, countText, durationText } from "../core/presentation/bytes-and-time.ts";
import { EXIT } from "./command.ts";
import { partJson } from "./json-report.ts";
import { ProgressLine } from "./progress-line.ts";
import { signaturePathFor } from "./signature-path.ts";
import type { Terminal } from "./terminal.ts";

type PartRequest = Omit<DigestPartOptions, "signal" | "onProgress" | "signature">;

/** Digests one part of a model into a manifest, and reports it. The place where its signature will be is left out. */
export async function digestPartOf(request: PartRequest, json: boolean, terminal: Terminal): Promise<number> {
  const { out, err, interruption } = terminal;
  const { model, output, part } = request;
  const progress = new ProgressLine(err);
  let result: DigestedPart;
  try {
    result = await digestPart({
      ...request,
      signature: await signaturePathFor(model),
      signal: interruption.signal,
      onProgress: progress.update,
    });
  } finally {
    progress.clear();
  }
  if (json) out.json(partJson(resolve(model), resolve(output), result));
  else out.print([partReport(result, part, output)]);
  return EXIT.done;
}

function partReport({ manifest, kept, bytes, seconds }: DigestedPart, part: PartNumber, output: string): string {
  const files = `${countText(new Set(manifest.files.map(({ name }) => name)).size, "file")}, ${bytesText(bytes)}`;
  const what = kept
    ? `${output} is up to date, nothing was read`
    : `read in ${durationText(seconds)}, written to ${output}`;
  return `part ${partText(part)}: ${files}; ${what}`;
}
