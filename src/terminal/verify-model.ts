import { createHash } from "node:crypto";
import { basename, relative, resolve } from "node:path";
import { readBundle } from "../core/bundle/read-bundle.ts";
import { ProvenanceError } from "../core/errors.ts";
import { findSignatures } from "../core/model/find-signatures.ts";
import type { ManifestVerification, VerifyManifestOptions } from "../core/operations/verify/verify-manifest.ts";
import { verifyReport } from "../core/operations/verify/verify-report.ts";
import { namesOf } from "../core/signing/replacement.ts";
import type { CertificateTrust, PemSource, Trust } from "../core/trust.ts";
import type { Verdict } from "../core/verdict.ts";
import type { ArgumentsOf, OptionSpecs } from "./arguments.ts";
import { EXIT } from "./command.ts";
import { verifyingIgnorePaths } from "./ignore-options.ts";
import { IGNORE_OPTIONS, REPORT_OPTIONS, reportOptions } from "./options.ts";
import { withProgressLine } from "./progress-line.ts";
import { recordedOrigin } from "./recorded-origin.ts";
import { comparisonFields, field, type ReportOptions, verdictReport } from "./report.ts";
import { withActualSignature } from "./signature-elsewhere.ts";
import type { Terminal } from "./terminal.ts";
import type { Line } from "./text.ts";

/** What every way to verify takes. */
export const VERIFY_OPTIONS = {
  "signature FILE":
    "The signature file; others are ignored. Default: all that belong to the model, in its folder, next to it, or in a folder above it up to the working directory.",
  ...IGNORE_OPTIONS,
  "[no-]ignore-unsigned-files": "Accept files that the signature does not cover; the report lists them. Default: no.",
  "[no-]ignore-git-paths":
    "Accepted for compatibility, without effect: what was signed is verified, and .git, .gitattributes, .github and .gitignore need not be signed.",
  "allow-symlinks":
    "Accepted for compatibility, without effect: the signed statement has whether symbolic links are followed.",
  "manifest FILE":
    "Compare what is signed with this manifest, which digest --merge wrote, and not with the files. They are not read, so the model is not verified: exit status 3 if everything matches.",
  ...REPORT_OPTIONS,
} satisfies OptionSpecs;

export const VERIFY_DESCRIPTION =
  "MODEL is a folder or a single file. Every byte is read. Exit status 0 means: the signature is authentic, its signer is the one you named, and the files are exactly what was signed; anything else is 1.";

type VerifyArguments = ArgumentsOf<typeof VERIFY_OPTIONS>;

export interface VerifyRequest {
  readonly model: string;
  readonly trust: Trust;
  readonly accepted: (verdict: Verdict) => string;
  /** Root certificates whose fingerprints are logged, with those of the certificates in the signature. */
  readonly fingerprints?: CertificateTrust["roots"] | undefined;
}

/** Verifies a model and reports the verdict. */
export async function verifyModel(
  { model, trust, accepted, fingerprints }: VerifyRequest,
  args: VerifyArguments,
  terminal: Terminal,
): Promise<number> {
  const { cwd, out, log, interruption } = terminal;
  const name = basename(resolve(model));
  const ignorePaths = verifyingIgnorePaths(model, args.list("ignore-paths"), cwd);
  const given = args.text("signature");
  const signatures =
    given === undefined ? await findSignatures(model, { within: cwd, signal: interruption.signal }) : [given];
  const [signature] = signatures;
  if (signature !== undefined && fingerprints !== undefined) {
    for (const line of await fingerprintLines(fingerprints, signature)) log.info(line);
  }
  const manifest = args.text("manifest");
  if (manifest !== undefined && signature !== undefined) {
    return verifyWithManifest({ model, trust, signature: signatures, manifest }, args, terminal);
  }
  const { verify } = await import("../core/operations/verify/verify.ts");
  const ignoreUnsignedFiles = args.flag("ignore-unsigned-files") ?? false;
  const request = { model, signature: signatures, trust, ignorePaths, ignoreUnsignedFiles };
  const found =
    signature === undefined
      ? unsigned(model)
      : // Every byte is read, so no cache of digests helps; to write one would take a twentieth of the time.
        await withProgressLine(terminal.err, (onProgress) =>
          verify({ ...request, signal: interruption.signal, onProgress }),
        );
  const verdict = await withActualSignature(found, given, terminal);
  if (args.flag("json") === true) {
    out.json(verifyReport(verdict, await recordedOrigin(model, interruption.signal)));
  } else {
    const decisive = verdict.signature ?? signature;
    const shown = given === undefined && decisive !== undefined && { signature: relative(cwd, decisive) };
    const options = { name, accepted: accepted(verdict), ...reportOptions(args), ...shown };
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

/** The one result of `verify --manifest` that is a yes, and about the manifest only. */
const MATCHES = "The signature matches this manifest; files were not read here.";
const DIFFERS = "The signature does not match this manifest; files were not read here.";

/**
 * Verifies a signature, compares what it signs with a manifest, and reports that.
 *
 * @returns the exit status: never that of a verified model
 */
async function verifyWithManifest(
  request: VerifyManifestOptions,
  args: VerifyArguments,
  { cwd, out }: Terminal,
): Promise<number> {
  const { verifyManifest } = await import("../core/operations/verify/verify-manifest.ts");
  const result = await verifyManifest(request);
  const name = basename(resolve(request.model));
  const manifest = resolve(request.manifest);
  if (args.flag("json") === true) {
    const { verdict, comparison, matches } = result;
    const { changed = [], missing = [], added = [] } = comparison ?? {};
    const names = { changed: namesOf(changed), missing: namesOf(missing), added: namesOf(added) };
    out.report("verify", { verified: false, manifest: { file: manifest, matches, ...names }, verdict });
  } else {
    out.print(...manifestReport(result, name, relative(cwd, manifest), reportOptions(args)));
  }
  return result.matches ? EXIT.manifestOnly : EXIT.failed;
}

function manifestReport(
  { verdict, comparison, matches }: ManifestVerification,
  name: string,
  manifest: string,
  options: ReportOptions,
): Line[] {
  const lines = verdictReport(verdict, { name, accepted: "", ...options });
  if (comparison === undefined) return lines;
  const last: Line = matches
    ? [{ text: `○ ${name}: ${MATCHES}`, style: "bold" }]
    : [{ text: `✗ ${name}: ${verdict.reasons[0]?.message ?? DIFFERS}`, style: "red" }];
  return [...lines.slice(0, -1), ...field("manifest", [manifest]), ...comparisonFields(comparison, options), last];
}

/** `root.pem  sha256 AB:CD:…` for each root, then for each certificate that the signature carries, leaf first. */
async function fingerprintLines(roots: readonly PemSource[], signature: string): Promise<string[]> {
  const { readCertificates } = await import("../core/verification/certificates.ts");
  const lines = roots.flatMap((source) => readCertificates([source]).map(({ der }) => line(source.label, der)));
  try {
    const { material } = await readBundle(signature);
    const chain = material.method === "certificate" ? material.chain : [];
    return [...lines, ...chain.map((der) => line(signature, der))];
  } catch (error) {
    // The verdict reports what is wrong with the signature file.
    if (error instanceof ProvenanceError) return lines;
    throw error;
  }
}

function line(label: string, der: Uint8Array): string {
  const hex = createHash("sha256").update(der).digest("hex").toUpperCase();
  return `${label}  sha256 ${(hex.match(/../g) ?? []).join(":")}`;
}
