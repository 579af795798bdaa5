import { basename, relative, resolve } from "node:path";
import { findSignatures } from "../core/model/find-signatures.ts";
import type { CertificateTrust, Trust } from "../core/trust.ts";
import type { Verdict } from "../core/verdict.ts";
import { verifyReport } from "../core/verify-report.ts";
import type { ArgumentsOf, OptionSpecs } from "./arguments.ts";
import { EXIT } from "./command.ts";
import { verifyingIgnorePaths } from "./ignore-options.ts";
import { IGNORE_OPTIONS, REPORT_OPTIONS, reportOptions } from "./options.ts";
import { cacheFolder } from "./program-folders.ts";
import { withProgressLine } from "./progress-line.ts";
import { verdictReport } from "./report.ts";
import { withActualSignature } from "./signature-elsewhere.ts";
import type { Terminal } from "./terminal.ts";

/** What every way to verify takes. */
export const VERIFY_OPTIONS = {
  signature: {
    type: "text",
    metavar: "FILE",
    help: "The signature file; others are ignored. Default: all that belong to the model, in its folder, next to it, or in a folder above it up to the working directory.",
  },
  ...IGNORE_OPTIONS,
  "ignore-unsigned-files": {
    type: "switch",
    negatable: true,
    help: "Accept files that the signature does not cover; the report lists them. Default: no.",
  },
  "ignore-git-paths": {
    type: "switch",
    negatable: true,
    help: "Accepted for compatibility, without effect: what was signed is verified, and .git, .gitattributes, .github and .gitignore need not be signed.",
  },
  "allow-symlinks": {
    type: "switch",
    help: "Accepted for compatibility, without effect: the signed statement has whether symbolic links are followed.",
  },
  manifest: {
    type: "text",
    metavar: "FILE",
    help: "Compare what is signed with this manifest, which digest --merge wrote, and not with the files. They are not read, so the model is not verified: exit status 3 if everything matches.",
  },
  ...REPORT_OPTIONS,
} as const satisfies OptionSpecs;

export const VERIFY_DESCRIPTION =
  "MODEL is a folder or a single file. Every byte is read. Exit status 0 means: the signature is authentic, its signer is the one you named, and the files are exactly what was signed; anything else is 1.";

export interface VerifyRequest {
  readonly model: string;
  readonly trust: Trust;
  readonly accepted: (verdict: Verdict) => string;
  /** Root certificates whose fingerprints are logged, with those of the certificates in the signature. */
  readonly fingerprints?: CertificateTrust["roots"];
}

/** Verifies a model and reports the verdict. */
export async function verifyModel(
  request: VerifyRequest,
  args: ArgumentsOf<typeof VERIFY_OPTIONS>,
  terminal: Terminal,
): Promise<number> {
  const { model, trust, fingerprints } = request;
  const { cwd, out, err, log, interruption } = terminal;
  const name = basename(resolve(model));
  const ignorePaths = verifyingIgnorePaths(model, args.list("ignore-paths"), cwd);
  const given = args.text("signature");
  const signatures =
    given === undefined ? await findSignatures(model, { within: cwd, signal: interruption.signal }) : [given];
  const [signature] = signatures;
  if (signature !== undefined && fingerprints !== undefined) {
    const { fingerprintLines } = await import("./certificate-fingerprints.ts");
    for (const line of await fingerprintLines(fingerprints, signature)) log.info(line);
  }
  const manifest = args.text("manifest");
  if (manifest !== undefined && signature !== undefined) {
    const { verifyWithManifest } = await import("./verify-manifest.ts");
    const json = args.flag("json") ?? false;
    const request = { model, trust, signature: signatures, manifest, json };
    return verifyWithManifest(request, reportOptions(args), terminal);
  }
  const { verify } = await import("../core/verify.ts");
  const found = await withProgressLine(err, async ({ update }) =>
    signature === undefined
      ? unsigned(model)
      : verify({
          model,
          signature: signatures,
          trust,
          ignorePaths,
          ignoreUnsignedFiles: args.flag("ignore-unsigned-files") ?? false,
          cache: cacheFolder("digests"),
          signal: interruption.signal,
          onProgress: update,
        }),
  );
  const verdict = await withActualSignature(found, given, terminal);
  if (args.flag("json") === true) out.json(verifyReport(verdict));
  else {
    const decisive = verdict.signature ?? signature;
    const shown = given === undefined && decisive !== undefined && { signature: relative(cwd, decisive) };
    const options = { name, accepted: request.accepted(verdict), ...reportOptions(args), ...shown };
    out.print(...verdictReport(verdict, options));
  }
  return verdict.state === "verified" ? EXIT.done : EXIT.failed;
}

function unsigned(model: string): Verdict {
  const message = `There is no signature in ${model} or next to it. If it is elsewhere, give it with --signature.`;
  return {
    state: "unsigned",
    model: resolve(model),
    reasons: [{ code: "SIGNATURE_NOT_FOUND", message, details: { model } }],
  };
}
