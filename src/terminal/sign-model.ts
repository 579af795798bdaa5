import { basename, resolve } from "node:path";
import { callerIgnorePaths } from "../core/model/ignore.ts";
import type { SigningIdentity, SignResult } from "../core/sign.ts";
import { countText, signerText } from "../core/words.ts";
import type { ArgumentsOf, OptionSpecs } from "./arguments.ts";
import { digestCacheFolder } from "./cache-folder.ts";
import { EXIT } from "./command.ts";
import { signJson } from "./json-report.ts";
import { hashingChoice, MANIFEST_OPTIONS, REPORT_OPTIONS } from "./options.ts";
import { ProgressLine } from "./progress-line.ts";
import { coverageFields, field, type ReportOptions, signerLines } from "./report.ts";
import type { Terminal } from "./terminal.ts";
import type { Line } from "./text.ts";

/** What every way to sign takes. */
export const SIGN_OPTIONS = {
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

export const SIGN_DESCRIPTION =
  "MODEL is a folder or a single file. What was written is read back and checked before the command ends; if anything fails, a signature that was there before stays as it was.";

/** Signs a model and reports it. */
export async function signModel(
  model: string,
  identity: SigningIdentity,
  args: ArgumentsOf<typeof SIGN_OPTIONS>,
  { cwd, out, err, log, interruption }: Terminal,
): Promise<number> {
  const core = await import("../core/sign.ts");
  const progress = new ProgressLine(err);
  const signature = args.text("signature") ?? "model.sig";
  let result: SignResult;
  try {
    result = await core.sign({
      model,
      signature,
      identity: withoutProgress(identity, progress),
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

/** Whoever is asked to log in or to agree is asked on a line of its own. */
function withoutProgress(identity: SigningIdentity, progress: ProgressLine): SigningIdentity {
  if (identity.method !== "sigstore") return identity;
  const { token, confirm } = identity;
  const cleared = <A extends readonly unknown[], R>(ask: (...asked: A) => R) => {
    return (...asked: A): R => {
      progress.clear();
      return ask(...asked);
    };
  };
  return {
    ...identity,
    token: typeof token === "string" ? token : cleared(token),
    ...(confirm && { confirm: cleared(confirm) }),
  };
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
