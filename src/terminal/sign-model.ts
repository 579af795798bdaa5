import { basename, resolve } from "node:path";
import { type ErrorCode, ProvenanceError } from "../core/errors.ts";
import { callerIgnorePaths } from "../core/model/ignore.ts";
import { replacementText } from "../core/operations/sign/replacement-text.ts";
import type { SigningIdentity, SignResult } from "../core/operations/sign/sign.ts";
import { countText } from "../core/presentation/bytes-and-time.ts";
import { ENGLISH } from "../core/presentation/localizer.ts";
import { signerText } from "../core/presentation/signer-text.ts";
import { REMEDIES } from "../core/signing/remedies.ts";
import type { NameList, Replacement } from "../core/signing/replacement.ts";
import { type ArgumentsOf, type OptionSpecs, usageError } from "./arguments.ts";
import { EXIT } from "./command.ts";
import { MANIFEST_OPTIONS, manifestChoice, REPORT_OPTIONS, rejectManifestOptions, reportOptions } from "./options.ts";
import { cacheFolder } from "./program-folders.ts";
import { withProgressLine } from "./progress-line.ts";
import { confirm } from "./question.ts";
import { coverageFields, field, folded, type ReportOptions, signerLines } from "./report.ts";
import { signaturePathFor } from "./signature-path.ts";
import type { Terminal } from "./terminal.ts";
import type { Line } from "./text.ts";

const REPLACEMENT_OPTIONS = {
  yes: "Confirm without a prompt: signing files that differ from the signature that is replaced, signing an incomplete model, and what becomes public.",
  force:
    "Replace the signature of another model or by another signer, and sign files that contain private keys. A file that is not a model signature is never replaced.",
} satisfies OptionSpecs;

/**
 * Shows how the files differ from the signature that is replaced, and asks whether to sign them.
 *
 * @throws ProvenanceError SIGNATURE_REPLACEMENT_DECLINED where there is no terminal to ask, CANCELLED
 */
async function confirmReplacement(replacement: Replacement, yes: boolean, terminal: Terminal): Promise<boolean> {
  const { err, log, input } = terminal;
  const text = replacementText(replacement);
  if (yes) {
    log.info(`${text}.`);
    return true;
  }
  if (!input.isTTY) {
    const message = `${text}. There is no terminal to ask whether to sign the files as they are now: confirm with --yes. Nothing was written.`;
    throw new ProvenanceError("SIGNATURE_REPLACEMENT_DECLINED", message, { details: { path: replacement.signature } });
  }
  const { changed, missing, added } = replacement.changes;
  err.print(
    [{ text: `${text}.`, style: "amber" }],
    ...field("changed", ...listed(changed)),
    ...field("missing", ...listed(missing)),
    ...field("added", ...listed(added)),
  );
  return confirm("Sign the files as they are now?", terminal);
}

function listed({ names, count }: NameList): Line[] {
  return folded(names, false, "", count).map((line) => [line]);
}

/** What every way to sign takes. */
export const SIGN_OPTIONS = {
  "signature FILE": "Where the signature is written. Default: MODEL/model.sig for a folder, MODEL.sig for a file.",
  ...MANIFEST_OPTIONS,
  "include PATH …":
    "A file named .env to sign anyway; may be given several times. Without it, such a file is an error.",
  "allow-lfs-pointers":
    "Sign Git LFS pointers as they are, instead of the files that were not downloaded. Without it, a pointer is an error.",
  "manifest FILE":
    "Sign the digests of this manifest, which digest --merge wrote. Names and sizes of the files are compared with it; contents are not read.",
  ...REPLACEMENT_OPTIONS,
  full: "Read every byte. Without it, files that did not change since you last signed the model are not read again; the report says so.",
  ...REPORT_OPTIONS,
} satisfies OptionSpecs;

export const SIGN_DESCRIPTION =
  "MODEL is a folder or a single file. The written signature is read back and verified before the command ends; if anything fails, an earlier signature is unchanged.";

export async function signModel(
  model: string,
  identity: SigningIdentity,
  args: ArgumentsOf<typeof SIGN_OPTIONS>,
  terminal: Terminal,
): Promise<number> {
  const { cwd, out, err, log, interruption } = terminal;
  const manifest = args.text("manifest");
  if (manifest !== undefined) {
    rejectManifestOptions(args, "manifest");
    if (args.flag("full") === true) throw usageError("--full and --manifest exclude each other.");
  }
  const core = await import("../core/operations/sign/sign.ts");
  const signature = args.text("signature") ?? (await signaturePathFor(model));
  const force = args.flag("force") ?? false;
  const yes = args.flag("yes") ?? false;
  const options = {
    ...manifestChoice(model, args, cwd),
    namedFiles: callerIgnorePaths(model, args.list("include"), cwd),
    allowLfsPointers: args.flag("allow-lfs-pointers") ?? false,
    force,
    allowPrivateKeys: force,
  };
  const attempt = (allowIncomplete: boolean): Promise<SignResult> =>
    withProgressLine(err, (onProgress) =>
      core.sign({
        model,
        signature,
        identity,
        ...options,
        allowIncomplete,
        manifest,
        confirmReplacement: (replacement) => confirmReplacement(replacement, yes, terminal),
        cache: cacheFolder("digests"),
        mode: args.flag("full") === true ? "full" : "cached",
        signal: interruption.signal,
        onProgress,
      }),
    );
  const result = await withAgreement(attempt, yes, terminal).catch((error: unknown) => {
    throw withOptions(error);
  });
  for (const warning of result.warnings) log.warning(warning);
  if (args.flag("json") === true) out.report("sign", { model: resolve(model), ...result, ...replacedJson(result) });
  else out.print(...signReport(result, basename(resolve(model)), signature, reportOptions(args)));
  return EXIT.done;
}

/** Signs; a model that is incomplete only where the user agrees. */
async function withAgreement(
  attempt: (allowIncomplete: boolean) => Promise<SignResult>,
  yes: boolean,
  terminal: Terminal,
): Promise<SignResult> {
  try {
    return await attempt(yes);
  } catch (error) {
    const isIncomplete = error instanceof ProvenanceError && error.code === "MODEL_INCOMPLETE";
    if (!isIncomplete || !terminal.input.isTTY) throw error;
    terminal.err.print([{ text: error.message.replace(` ${REMEDIES.MODEL_INCOMPLETE}`, ""), style: "amber" }]);
    if (await confirm("Sign the model as it is?", terminal)) return attempt(true);
    throw error;
  }
}

const OPTIONS_THAT_HELP: Readonly<Record<keyof typeof REMEDIES, string>> = {
  SIGNATURE_WOULD_OVERWRITE: "Give another path with --signature.",
  SIGNATURE_OTHER_MODEL: "Give another path with --signature, or replace it with --force.",
  SIGNATURE_OTHER_SIGNER: "Give another path with --signature, or replace it with --force.",
  SIGNATURE_UNWRITABLE: "Give another path with --signature.",
  MODEL_ENV_FILE: "Move it out of the model, exclude it with --ignore-paths, or sign it with --include.",
  MODEL_LFS_POINTER: "Run git lfs pull, then sign; or sign the pointers with --allow-lfs-pointers.",
  MODEL_INCOMPLETE: "Complete it, or sign it as it is with --yes.",
  MODEL_PRIVATE_KEY: "Move it out of the model, exclude it with --ignore-paths, or sign it with --force.",
};

/** Replaces the remedy of an error by the options of this program. */
function withOptions(error: unknown): unknown {
  if (!(error instanceof ProvenanceError) || !hasRemedy(error.code)) return error;
  const { code, message, details, cause } = error;
  return new ProvenanceError(
    code,
    message.replace(REMEDIES[code], () => OPTIONS_THAT_HELP[code]),
    { details, cause },
  );
}

function hasRemedy(code: ErrorCode): code is keyof typeof REMEDIES {
  return Object.hasOwn(REMEDIES, code);
}

function replacedJson({ replaced }: SignResult) {
  if (replaced === undefined) return {};
  const { claimedSigner, signer, changes } = replaced;
  return { replaced: { claimedSigner, verified: signer !== undefined, ...changes } };
}

function signReport(result: SignResult, name: string, signature: string, options: ReportOptions): Line[] {
  const { signer, coverage, rootDigest, replaced } = result;
  return [
    [{ text: "✓ Signed", style: "green" }, "  ", { text: name, style: "bold" }],
    ...field("signed by", ...signerLines(signer, options)),
    ...field("signature", [signature]),
    ...(replaced?.changes.matches === false ? field("replaced", [replacementText(replaced)]) : []),
    ...coverageFields(coverage, options),
    ...field("digest", [`sha256:${rootDigest}`]),
    [
      {
        text: `✓ Signed: ${name} by ${signerText(signer, ENGLISH.t)}, ${countText(coverage.files, "file")}`,
        style: "green",
      },
    ],
  ];
}
