import { resolve } from "node:path";
import { digest, type ModelDigest } from "../../core/digest.ts";
import { callerIgnorePaths } from "../../core/model/ignore.ts";
import { defineCommand, EXIT } from "../command.ts";
import { digestJson } from "../json-report.ts";
import { hashingChoice, MANIFEST_OPTIONS, REPORT_OPTIONS } from "../options.ts";
import { ProgressLine } from "../progress-line.ts";

export default defineCommand({
  name: "digest",
  operand: "MODEL",
  description: [
    "Prints the digest that a signature of this model would have as its subject: SHA-256 over the digests of all files. MODEL is a folder or a single file.",
    "It does not cover the names of the files: to compare two models, compare their signatures.",
  ],
  options: {
    ...MANIFEST_OPTIONS,
    json: REPORT_OPTIONS.json,
    long: { type: "switch", help: "Print the digest of every file as well." },
  },
  examples: ["model-provenance digest llama-3-8b"],
  async run(model, args, { cwd, out, err, interruption }) {
    const progress = new ProgressLine(err);
    let result: ModelDigest;
    try {
      result = await digest({
        model,
        ...hashingChoice(args.text("hash"), args.text("shard-size")),
        ignorePaths: callerIgnorePaths(model, args.list("ignore-paths"), cwd),
        ignoreGitPaths: args.flag("ignore-git-paths") ?? true,
        allowSymlinks: args.flag("allow-symlinks") ?? false,
        signal: interruption.signal,
        onProgress: progress.update,
      });
    } finally {
      progress.clear();
    }
    if (args.flag("json") === true) {
      out.json(digestJson(resolve(model), result));
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
