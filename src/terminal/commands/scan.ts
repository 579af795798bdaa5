import { relative, resolve } from "node:path";
import { type FoundModel, findModels } from "../../core/model/find-models.ts";
import { countText, WORDS } from "../../core/words.ts";
import { usageError } from "../arguments.ts";
import { defineCommand, EXIT } from "../command.ts";
import { scanJson } from "../json-report.ts";
import { POLICY_OPTIONS, REPORT_OPTIONS } from "../options.ts";
import type { Line } from "../text.ts";

export default defineCommand({
  name: "scan",
  operand: "DIR",
  description: [
    "Finds models below a folder, and the signatures that belong to them: one line each. Nothing is checked.",
    "With --policy, every model found is verified, and so is what a policy names without a wildcard. Exit status 1 means that at least one is refused, or covered by no policy.",
  ],
  options: {
    ...POLICY_OPTIONS,
    format: { type: "text", metavar: "FORMAT", help: "With --policy: text, json (as --json), sarif or junit." },
    json: REPORT_OPTIONS.json,
  },
  examples: ["model-provenance scan ~/models", "model-provenance scan . --policy model-policy.yaml --format sarif"],
  async run(folder, args, terminal) {
    const { out, log, interruption } = terminal;
    const policyPaths = args.list("policy");
    if (policyPaths.length > 0) {
      const { scanByPolicy, scanFormat } = await import("./scan-policy.ts");
      const format = scanFormat(args.text("format"), args.flag("json") === true);
      const offline = args.flag("offline") === true;
      return scanByPolicy({ folder, policyPaths, root: args.text("root"), offline, format }, terminal);
    }
    for (const option of ["format", "root"] as const) {
      if (args.text(option) !== undefined) throw usageError(`--${option} needs --policy.`);
    }
    const root = resolve(folder);
    const models = await findModels(root, {
      signal: interruption.signal,
      onLimit: (limit) => log.warning(`Only the first ${limit} entries of ${folder} were looked at.`),
    });
    if (args.flag("json") === true) {
      out.json(scanJson(root, models));
      return EXIT.done;
    }
    out.print(...models.map((model) => modelLine(root, model)));
    const signed = models.filter(({ signature }) => signature !== undefined).length;
    log.info(`${countText(models.length, "model")}, ${signed} with a signature`);
    return EXIT.done;
  },
});

function modelLine(root: string, { path, signature }: FoundModel): Line {
  const { mark, label } = signature === undefined ? WORDS.unsigned : WORDS.unchecked;
  const line: Line = [`${mark} ${label.padEnd(WORDS.unchecked.label.length)}  `, shown(root, path)];
  return signature === undefined ? line : [...line, { text: `  ${shown(root, signature)}`, style: "dim" }];
}

function shown(root: string, path: string): string {
  return relative(root, path) || ".";
}
