import { relative, resolve } from "node:path";
import { isInPart } from "../../core/manifest/part-number.ts";
import { findModels } from "../../core/model/find-models.ts";
import type { FoundModel, SignatureWithoutModel } from "../../core/model/found-model.ts";
import type { Origin } from "../../core/origin/origin.ts";
import { countText } from "../../core/presentation/bytes-and-time.ts";
import { VERDICT_LABELS } from "../../core/presentation/verdict-labels.ts";
import type { Trust } from "../../core/trust.ts";
import { usageError } from "../arguments.ts";
import { defineCommand, EXIT } from "../command.ts";
import { POLICY_OPTIONS, REPORT_OPTIONS, reportFormat } from "../options.ts";
import { parsePart } from "../part-option.ts";
import { readCertificateFile, readPublicKeyFile } from "../pem-files.ts";
import type { Line } from "../text.ts";

export default defineCommand({
  name: "scan",
  operand: "DIR",
  description: [
    "Finds models below a folder, and the signatures that belong to them: one line each. Nothing is verified. For an unsigned model, it also prints where it was downloaded from, if there is a record.",
    "With --public-key or --certificate-chain, everything below the folder is searched, and every model is verified. Exit status 1 means that a model is not verified, that there is a symbolic link or an unreadable folder, or that there is no model.",
    "With --policy, everything below the patterns of the policies is searched. Exit status 1 means that a model is rejected or covered by no policy, that a file below a pattern such as models/** is covered by no signature, that there is a symbolic link or an unreadable folder, or that a pattern matches nothing.",
  ],
  options: {
    "public-key FILE …": "A public key that you trust, in PEM; may be given several times.",
    "certificate-chain FILE …": "Root certificates that you trust, in PEM; may be given several times.",
    ...POLICY_OPTIONS,
    "allow-empty": "When verifying: a pattern that matches nothing, or a folder without a model, is no failure.",
    "format FORMAT": "When verifying: text, json (as --json), sarif or junit.",
    "part I/N":
      "Scan one of N shares of the models, by their paths. All parts search everything, and all have to pass. I counts from 0: 0/8 to 7/8.",
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
    const root = resolve(folder);
    const byPolicy = policyPaths.length > 0;
    const byTrust = keyPaths.length + rootPaths.length > 0;
    if (byPolicy && byTrust) throw usageError("Give either --policy, or keys and certificates.");
    if (!byPolicy && args.text("root") !== undefined) throw usageError("--root needs --policy.");
    const shared = args.text("part");
    const part = shared === undefined ? undefined : parsePart(shared);
    const allowEmpty = args.flag("allow-empty") === true;
    if (byPolicy || byTrust) {
      const { reportScan, SCAN_FORMATS } = await import("../scan-report.ts");
      const { policyScan, trustScan } = await import("../verifying-scan.ts");
      const format = reportFormat(args, SCAN_FORMATS);
      const policies = { paths: policyPaths, root: args.text("root"), offline: args.flag("offline") === true };
      const scan = byPolicy
        ? await policyScan(root, policies, terminal)
        : await trustScan(root, await namedTrust(keyPaths, rootPaths));
      return reportScan({ folder: root, allowEmpty, part, format }, scan, terminal);
    }
    if (args.text("format") !== undefined) {
      throw usageError("--format needs --policy, --public-key or --certificate-chain.");
    }
    if (allowEmpty) throw usageError("--allow-empty needs --policy, --public-key or --certificate-chain.");
    const strays: SignatureWithoutModel[] = [];
    const found = await findModels(root, {
      followLinks: true,
      signal: interruption.signal,
      onStray: ({ path, ...stray }) => strays.push({ path: shown(root, path), ...stray }),
      onLimit: (limit) => log.warning(`Only the first ${limit} entries of ${folder} were searched.`),
    });
    const models = part === undefined ? found : found.filter(({ path }) => isInPart(root, path, part));
    const { recordedOrigin } = await import("../recorded-origin.ts");
    const origins = new Map<string, Origin>();
    for (const { path, signatures } of models) {
      const origin = signatures.length === 0 ? await recordedOrigin(path, interruption.signal) : undefined;
      if (origin !== undefined) origins.set(path, origin);
    }
    if (args.flag("json") === true) {
      out.report("scan", {
        folder: root,
        part,
        models: models.map(({ path, kind, signatures: [signature, ...otherSignatures] }) => ({
          path,
          kind,
          state: signature === undefined ? "unsigned" : "unchecked",
          signature,
          origin: origins.get(path),
          otherSignatures: otherSignatures.length === 0 ? undefined : otherSignatures,
        })),
        ...(strays.length > 0 && { strays }),
      });
      return EXIT.done;
    }
    const { originColumn, strayText } = await import("../formats/text.ts");
    for (const model of models) {
      const origin = origins.get(model.path);
      out.print([...modelLine(root, model), ...(origin === undefined ? [] : originColumn(origin))]);
    }
    out.print(...strays.map((stray): Line => [{ text: strayText(stray), style: "dim" }]));
    const signed = models.filter(({ signatures }) => signatures.length > 0).length;
    log.info(`${countText(models.length, "model")}, ${signed} with a signature`);
    return EXIT.done;
  },
});

async function namedTrust(keyPaths: readonly string[], rootPaths: readonly string[]): Promise<Trust> {
  const keys = await Promise.all(keyPaths.map(readPublicKeyFile));
  const roots = await Promise.all(rootPaths.map(readCertificateFile));
  return { ...(keys.length > 0 && { keys }), ...(roots.length > 0 && { certificates: { roots } }) };
}

function modelLine(root: string, model: FoundModel): Line {
  const signatures = model.signatures.map((file) => shown(root, file));
  const { mark, label } = VERDICT_LABELS[signatures.length > 0 ? "unchecked" : "unsigned"];
  return [
    `${mark} ${label.padEnd(VERDICT_LABELS.unchecked.label.length)}  `,
    shown(root, model.path),
    ...(signatures.length > 0 ? [{ text: `  ${signatures.join(", ")}`, style: "dim" as const }] : []),
  ];
}

function shown(root: string, path: string): string {
  return relative(root, path) || ".";
}
