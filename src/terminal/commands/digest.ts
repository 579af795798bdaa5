import { resolve } from "node:path";
import { digest, type ModelDigest } from "../../core/digest.ts";
import { callerIgnorePaths } from "../../core/model/ignore.ts";
import { type ArgumentsOf, type OptionSpecs, usageError } from "../arguments.ts";
import { defineCommand, EXIT } from "../command.ts";
import { digestJson } from "../json-report.ts";
import { hashingChoice, MANIFEST_OPTIONS, REPORT_OPTIONS, refuseManifestOptions } from "../options.ts";
import { parsePart, partOption } from "../part-option.ts";
import { ProgressLine } from "../progress-line.ts";
import type { Terminal } from "../terminal.ts";

const OPTIONS = {
  ...MANIFEST_OPTIONS,
  part: partOption("Digest one of N shares of the model, the same for everybody, and write its manifest to --output."),
  merge: {
    type: "text",
    metavar: "DIR",
    help: "Join the manifests of all parts, the files *.json of this folder, to that of the model in --output. Contents are not read.",
  },
  output: {
    type: "text",
    metavar: "FILE",
    help: "Where the manifest of --part or --merge is written. A part that is there already is digested again only if one of its files has changed.",
  },
  json: REPORT_OPTIONS.json,
  long: { type: "switch", help: "Print the digest of every file as well." },
} as const satisfies OptionSpecs;

export default defineCommand({
  name: "digest",
  operand: "MODEL",
  description: [
    "Prints the digest that a signature of this model would have as its subject: SHA-256 over the digests of all files. MODEL is a folder or a single file.",
    "It does not cover the files' names: to tell whether two models are the same, compare signatures.",
  ],
  options: OPTIONS,
  examples: [
    "model-provenance digest llama-3-8b",
    "model-provenance digest llama-3-8b --part 3/8 --output parts/3.json",
    "model-provenance digest llama-3-8b --merge parts --output llama-3-8b.json",
  ],
  async run(model, args, terminal) {
    const { out, log } = terminal;
    const [part, folder, output] = [args.text("part"), args.text("merge"), args.text("output")];
    const json = args.flag("json") === true;
    if (part !== undefined && folder !== undefined) throw usageError("--part and --merge exclude one another.");
    if (output === undefined) {
      if (part !== undefined || folder !== undefined)
        throw usageError("--output is missing: where to write the manifest.");
    } else if (part !== undefined) {
      const { digestPartOf } = await import("../digest-parts.ts");
      return digestPartOf({ ...requestOf(model, args, terminal), part: parsePart(part), output }, json, terminal);
    } else if (folder === undefined) {
      throw usageError("--output needs --part or --merge.");
    }
    const result =
      folder === undefined || output === undefined
        ? await digestModel(model, args, terminal)
        : await mergeManifests({ model, folder, output }, args, terminal);
    if (output !== undefined) log.info(`Written: ${output}`);
    if (json) {
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

type DigestArguments = ArgumentsOf<typeof OPTIONS>;

function requestOf(model: string, args: DigestArguments, { cwd }: Terminal) {
  return {
    model,
    ...hashingChoice(args.text("hash"), args.text("shard-size")),
    ignorePaths: callerIgnorePaths(model, args.list("ignore-paths"), cwd),
    ignoreGitPaths: args.flag("ignore-git-paths") ?? true,
    allowSymlinks: args.flag("allow-symlinks") ?? false,
  };
}

async function digestModel(model: string, args: DigestArguments, terminal: Terminal): Promise<ModelDigest> {
  const progress = new ProgressLine(terminal.err);
  const { signal } = terminal.interruption;
  try {
    return await digest({ ...requestOf(model, args, terminal), signal, onProgress: progress.update });
  } finally {
    progress.clear();
  }
}

async function mergeManifests(
  request: { readonly model: string; readonly folder: string; readonly output: string },
  args: DigestArguments,
  { interruption }: Terminal,
): Promise<ModelDigest> {
  refuseManifestOptions(args, "merge");
  const { mergeParts } = await import("../../core/merge-parts.ts");
  return mergeParts({ ...request, signal: interruption.signal });
}
