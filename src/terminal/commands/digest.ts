import { resolve } from "node:path";
import { digest } from "../../core/digest.ts";
import { defineCommand, EXIT } from "../command.ts";
import { digestJson } from "../json-report.ts";
import { MANIFEST_OPTIONS, manifestChoice, REPORT_OPTIONS } from "../options.ts";
import { withProgressLine } from "../progress-line.ts";

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
    const { signal } = interruption;
    const choice = manifestChoice(model, args, cwd);
    const result = await withProgressLine(err, ({ update }) =>
      digest({ model, ...choice, signal, onProgress: update }),
    );
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
