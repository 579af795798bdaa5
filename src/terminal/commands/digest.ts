import { resolve } from "node:path";
import { partText } from "../../core/manifest/part-number.ts";
import { digest, type ModelDigest } from "../../core/operations/digest/digest.ts";
import type { DigestedPart, DigestPartOptions } from "../../core/operations/digest/digest-part.ts";
import { bytesText, countText, durationText } from "../../core/presentation/bytes-and-time.ts";
import { type ArgumentsOf, type OptionSpecs, usageError } from "../arguments.ts";
import { defineCommand, EXIT } from "../command.ts";
import { MANIFEST_OPTIONS, manifestChoice, REPORT_OPTIONS, rejectManifestOptions } from "../options.ts";
import { parsePart } from "../part-option.ts";
import { withProgressLine } from "../progress-line.ts";
import { signaturePathFor } from "../signature-path.ts";
import type { Terminal } from "../terminal.ts";

const OPTIONS = {
  ...MANIFEST_OPTIONS,
  "part I/N":
    "Digest one of N shares of the model, which are always the same, and write its manifest to --output. I counts from 0: 0/8 to 7/8.",
  "merge DIR":
    "Merge the manifests of all parts, the files *.json of this folder, into the model's in --output. Contents are not read.",
  "output FILE":
    "Where the manifest of --part or --merge is written. An existing part is digested again only if one of its files has changed.",
  json: REPORT_OPTIONS.json,
  long: "Print the digest of every file as well.",
} satisfies OptionSpecs;

type DigestArguments = ArgumentsOf<typeof OPTIONS>;

export default defineCommand({
  name: "digest",
  description: [
    "Prints the digest that a signature of this model would have as its subject: SHA-256 over the digests of all files. MODEL is a folder or a single file.",
    "It does not cover the names of the files: to compare two models, compare their signatures.",
  ],
  options: OPTIONS,
  examples: [
    "model-provenance digest llama-3-8b",
    "model-provenance digest llama-3-8b --part 3/8 --output parts/3.json",
    "model-provenance digest llama-3-8b --merge parts --output llama-3-8b.json",
  ],
  async run(model, args, terminal) {
    const { cwd, out, err, interruption } = terminal;
    const choice = manifestChoice(model, args, cwd);
    const output = outputOf(args);
    if (output !== undefined && args.text("part") !== undefined) {
      return digestPartOf({ model, ...choice, output }, args, terminal);
    }
    const { signal } = interruption;
    const result =
      output === undefined
        ? await withProgressLine(err, (onProgress) => digest({ model, ...choice, signal, onProgress }))
        : await mergePartsOf(model, output, args, terminal);
    if (args.flag("json") === true) {
      const { rootDigest, resources, coverage } = result;
      const written = output === undefined ? undefined : resolve(output);
      const digest = `sha256:${rootDigest}`;
      out.report("digest", { model: resolve(model), output: written, digest, resources, coverage });
      return EXIT.done;
    }
    if (args.flag("long") === true) {
      const { algorithm } = result.coverage;
      out.print(...result.resources.map(({ name, digest: value }) => [`${algorithm}:${value}  ${name}`]));
    }
    out.print([`sha256:${result.rootDigest}`]);
    return EXIT.done;
  },
});

/** @throws ProvenanceError USAGE */
function outputOf(args: DigestArguments): string | undefined {
  const [part, folder, output] = [args.text("part"), args.text("merge"), args.text("output")];
  if (part !== undefined && folder !== undefined) throw usageError("--part and --merge exclude each other.");
  const isAsked = part !== undefined || folder !== undefined;
  if (isAsked && output === undefined) throw usageError("--output is missing: where to write the manifest.");
  if (!isAsked && output !== undefined) throw usageError("--output needs --part or --merge.");
  return output;
}

/** Digests one part of a model into a manifest, and reports it. The path of its future signature is excluded. */
async function digestPartOf(
  request: Omit<DigestPartOptions, "part">,
  args: DigestArguments,
  { out, err, interruption }: Terminal,
): Promise<number> {
  const { model, output } = request;
  const part = parsePart(args.text("part") ?? "");
  const { digestPart } = await import("../../core/operations/digest/digest-part.ts");
  const signature = await signaturePathFor(model);
  const result = await withProgressLine(err, (onProgress) =>
    digestPart({ ...request, part, signature, signal: interruption.signal, onProgress }),
  );
  const files = new Set(result.manifest.files.map(({ name }) => name)).size;
  if (args.flag("json") === true) {
    const { kept, bytes, seconds } = result;
    const paths = { model: resolve(model), output: resolve(output) };
    out.report("digest", { ...paths, part, kept, files, bytes, seconds });
  } else {
    out.print([partReport(result, files, output)]);
  }
  return EXIT.done;
}

/** Joins the parts of a model into the manifest of the whole. */
async function mergePartsOf(
  model: string,
  output: string,
  args: DigestArguments,
  { log, interruption }: Terminal,
): Promise<ModelDigest> {
  rejectManifestOptions(args, "merge");
  const { mergeParts } = await import("../../core/operations/digest/merge-parts.ts");
  const result = await mergeParts({ model, folder: args.text("merge") ?? "", output, signal: interruption.signal });
  log.info(`Written: ${output}`);
  return result;
}

function partReport({ manifest, kept, bytes, seconds }: DigestedPart, files: number, output: string): string {
  const what = kept
    ? `${output} is up to date, nothing was read`
    : `read in ${durationText(seconds)}, written to ${output}`;
  return `part ${partText(manifest.part)}: ${countText(files, "file")}, ${bytesText(bytes)}; ${what}`;
}
