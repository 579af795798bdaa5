import { resolve } from "node:path";
import { digest } from "../../core/digest.ts";
import { type ArgumentsOf, type OptionSpecs, usageError } from "../arguments.ts";
import { defineCommand, EXIT } from "../command.ts";
import { digestJson } from "../json-report.ts";
import { MANIFEST_OPTIONS, manifestChoice, REPORT_OPTIONS } from "../options.ts";
import { partOption } from "../part-option.ts";
import { withProgressLine } from "../progress-line.ts";

const OPTIONS = {
  ...MANIFEST_OPTIONS,
  part: partOption(
    "Digest one of N shares of the model, which are always the same, and write its manifest to --output.",
  ),
  merge: {
    type: "text",
    metavar: "DIR",
    help: "Merge the manifests of all parts, the files *.json of this folder, into the model's in --output. Contents are not read.",
  },
  output: {
    type: "text",
    metavar: "FILE",
    help: "Where the manifest of --part or --merge is written. An existing part is digested again only if one of its files has changed.",
  },
  json: REPORT_OPTIONS.json,
  long: { type: "switch", help: "Print the digest of every file as well." },
} as const satisfies OptionSpecs;

export type DigestArguments = ArgumentsOf<typeof OPTIONS>;

export default defineCommand({
  name: "digest",
  operand: "MODEL",
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
      const { digestPartOf } = await import("../digest-parts.ts");
      return digestPartOf({ model, ...choice, output }, args, terminal);
    }
    const { signal } = interruption;
    const result =
      output === undefined
        ? await withProgressLine(err, ({ update }) => digest({ model, ...choice, signal, onProgress: update }))
        : await (await import("../digest-parts.ts")).mergePartsOf(model, output, args, terminal);
    if (args.flag("json") === true) {
      out.json(digestJson(resolve(model), result, output === undefined ? undefined : resolve(output)));
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
