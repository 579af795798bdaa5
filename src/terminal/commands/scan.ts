import { relative, resolve } from "node:path";
import { type FoundModel, findModels } from "../../core/model/find-models.ts";
import { countText, WORDS } from "../../core/words.ts";
import { usageError } from "../arguments.ts";
import { defineCommand, EXIT } from "../command.ts";
import { scanJson } from "../json-report.ts";
import { POLICY_OPTIONS, REPORT_OPTIONS } from "../options.ts";
import { readCertificateFile, readPublicKeyFile } from "../pem-files.ts";
import type { Line } from "../text.ts";

export default defineCommand({
  name: "scan",
  operand: "DIR",
  description: [
    "Finds models below a folder, and the signatures that belong to them: one line each. Nothing is checked.",
    "With --public-key or --certificate-chain, every model found is verified. Exit status 1 means that at least one is not.",
    "With --policy, every model found is verified, and so is what a policy names without a wildcard. Exit status 1 means that at least one is refused, or covered by no policy.",
  ],
  options: {
    "public-key": {
      type: "list",
      metavar: "FILE",
      help: "A public key that you trust, in PEM; may be given several times.",
    },
    "certificate-chain": {
      type: "list",
      metavar: "FILE",
      help: "Root certificates that you trust, in PEM; may be given several times.",
    },
    ...POLICY_OPTIONS,
    format: {
      type: "text",
      metavar: "FORMAT",
      help: "Where models are verified: text, json (as --json), sarif or junit.",
    },
    json: REPORT_OPTIONS.json,
  },
  examples: [
    "model-provenance scan ~/models",
    "model-provenance scan ~/models --public-key prod.pub",
    "model-provenance scan . --policy model-policy.yaml --format sarif",
  ],
  async run(folder, args, terminal) {
    const { out, log, interruption } = terminal;
    const policyPaths = args.list("policy");
    const keyPaths = args.list("public-key");
    const rootPaths = args.list("certificate-chain");
    const named = keyPaths.length + rootPaths.length > 0;
    if (policyPaths.length > 0) {
      if (named) throw usageError("--policy says whom to trust: give it, or keys and certificates.");
      const { scanByPolicy } = await import("./scan-policy.ts");
      const { scanFormat } = await import("../scan-report.ts");
      const format = scanFormat(args.text("format"), args.flag("json") === true);
      const offline = args.flag("offline") === true;
      return scanByPolicy({ folder, policyPaths, root: args.text("root"), offline, format }, terminal);
    }
    if (args.text("root") !== undefined) throw usageError("--root needs --policy.");
    if (named) {
      const { scanByTrust } = await import("./scan-trust.ts");
      const { scanFormat } = await import("../scan-report.ts");
      const keys = await Promise.all(keyPaths.map(readPublicKeyFile));
      const roots = await Promise.all(rootPaths.map(readCertificateFile));
      const trust = { ...(keys.length > 0 && { keys }), ...(roots.length > 0 && { certificates: { roots } }) };
      return scanByTrust(
        { folder, trust, format: scanFormat(args.text("format"), args.flag("json") === true) },
        terminal,
      );
    }
    if (args.text("format") !== undefined) {
      throw usageError("--format needs --policy, --public-key or --certificate-chain.");
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
