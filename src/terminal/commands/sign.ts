import { basename, resolve } from "node:path";
import { callerIgnorePaths } from "../../core/model/ignore.ts";
import type { SigningIdentity, SignResult } from "../../core/sign.ts";
import { countText, signerText } from "../../core/words.ts";
import type { ArgumentsOf, OptionSpecs } from "../arguments.ts";
import { digestCacheFolder } from "../cache-folder.ts";
import { defineCommand, EXIT, requiredText } from "../command.ts";
import { signJson } from "../json-report.ts";
import { hashingChoice, MANIFEST_OPTIONS, REPORT_OPTIONS } from "../options.ts";
import { PASSPHRASE_OPTIONS, passphraseFor } from "../passphrase.ts";
import { readCertificateFile, readPrivateKeyFile } from "../pem-files.ts";
import { ProgressLine } from "../progress-line.ts";
import { coverageFields, field, type ReportOptions, signerLines } from "../report.ts";
import type { Terminal } from "../terminal.ts";
import type { Line } from "../text.ts";

const SIGN_OPTIONS = {
  "private-key": {
    type: "text",
    metavar: "FILE",
    help: "The private key: EC P-256, P-384 or P-521, in PEM. Required.",
  },
  ...PASSPHRASE_OPTIONS,
  signature: {
    type: "text",
    metavar: "FILE",
    help: "Where the signature is written. Default: model.sig in the current directory.",
  },
  ...MANIFEST_OPTIONS,
  full: {
    type: "switch",
    help: "Read every byte. Without it, files that did not change since you last signed the model are not read again; the report says so.",
  },
  ...REPORT_OPTIONS,
} as const satisfies OptionSpecs;

const DESCRIPTION =
  "MODEL is a folder or a single file. What was written is read back and checked before the command ends; if anything fails, a signature that was there before stays as it was.";

export const signWithKey = defineCommand({
  name: "sign key",
  operand: "MODEL",
  description: ["Signs a model with a private key.", DESCRIPTION],
  options: SIGN_OPTIONS,
  examples: ["model-provenance sign key llama-3-8b --private-key prod.pem --signature llama-3-8b/model.sig"],
  async run(model, args, terminal) {
    const privateKey = await readPrivateKeyFile(privateKeyPath(args));
    const passphrase = await passphraseFor(privateKey, args, terminal);
    return sign(model, { method: "key", privateKey, ...(passphrase !== undefined && { passphrase }) }, args, terminal);
  },
});

export const signWithCertificate = defineCommand({
  name: "sign certificate",
  operand: "MODEL",
  description: ["Signs a model with a certificate and its private key.", DESCRIPTION],
  options: {
    ...SIGN_OPTIONS,
    "signing-certificate": { type: "text", metavar: "FILE", help: "The signer's certificate, in PEM. Required." },
    "certificate-chain": {
      type: "list",
      metavar: "FILE",
      help: "Certificates between the signer's and the root, in PEM; may be given several times, or all in one file.",
    },
  },
  examples: [
    "model-provenance sign certificate llama-3-8b --private-key alice.key \\",
    "    --signing-certificate alice.pem --certificate-chain intermediate.pem",
  ],
  async run(model, args, terminal) {
    const certificatePath = args.text("signing-certificate");
    const path = requiredText(certificatePath, "signing-certificate", "the signer's certificate");
    const privateKey = await readPrivateKeyFile(privateKeyPath(args));
    const certificate = await readCertificateFile(path);
    const chain = await Promise.all(args.list("certificate-chain").map(readCertificateFile));
    const passphrase = await passphraseFor(privateKey, args, terminal);
    const identity = { method: "certificate", privateKey, certificate, chain } as const;
    return sign(model, { ...identity, ...(passphrase !== undefined && { passphrase }) }, args, terminal);
  },
});

type SignArguments = ArgumentsOf<typeof SIGN_OPTIONS>;

function privateKeyPath(args: SignArguments): string {
  return requiredText(args.text("private-key"), "private-key", "the key to sign with");
}

async function sign(
  model: string,
  identity: SigningIdentity,
  args: SignArguments,
  { cwd, out, err, log, interruption }: Terminal,
): Promise<number> {
  const core = await import("../../core/sign.ts");
  const progress = new ProgressLine(err);
  const signature = args.text("signature") ?? "model.sig";
  let result: SignResult;
  try {
    result = await core.sign({
      model,
      signature,
      identity,
      ...hashingChoice(args.text("hash"), args.text("shard-size")),
      ignorePaths: callerIgnorePaths(model, args.list("ignore-paths"), cwd),
      ignoreGitPaths: args.flag("ignore-git-paths") ?? true,
      allowSymlinks: args.flag("allow-symlinks") ?? false,
      cache: digestCacheFolder(),
      mode: args.flag("full") === true ? "full" : "cached",
      signal: interruption.signal,
      onProgress: progress.update,
    });
  } finally {
    progress.clear();
  }
  for (const warning of result.warnings) log.warning(warning);
  if (args.flag("json") === true) out.json(signJson(resolve(model), result));
  else out.print(...signReport(result, basename(resolve(model)), signature, { long: args.flag("long") ?? false }));
  return EXIT.done;
}

function signReport(result: SignResult, name: string, signature: string, options: ReportOptions): Line[] {
  const { signer, coverage, rootDigest } = result;
  return [
    [{ text: "✓ Signed", style: "green" }, "  ", { text: name, style: "bold" }],
    ...field("signed by", ...signerLines(signer, options)),
    ...field("signature", [signature]),
    ...coverageFields(coverage, options),
    ...field("digest", [`sha256:${rootDigest}`]),
    [{ text: `✓ Signed: ${name} by ${signerText(signer)}, ${countText(coverage.files, "file")}`, style: "green" }],
  ];
}
