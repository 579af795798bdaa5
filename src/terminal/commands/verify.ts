import { basename, relative, resolve } from "node:path";
import { findSignature } from "../../core/model/find-models.ts";
import { callerIgnorePaths } from "../../core/model/ignore.ts";
import type { CertificateTrust, Trust } from "../../core/trust.ts";
import type { Verdict } from "../../core/verdict.ts";
import { type ArgumentsOf, type OptionSpecs, usageError } from "../arguments.ts";
import { digestCacheFolder } from "../cache-folder.ts";
import { defineCommand, EXIT, requiredText } from "../command.ts";
import { verifyJson } from "../json-report.ts";
import { IGNORE_OPTIONS, REPORT_OPTIONS } from "../options.ts";
import { readCertificateFile, readPublicKeyFile } from "../pem-files.ts";
import { ProgressLine } from "../progress-line.ts";
import { verdictReport } from "../report.ts";
import type { Terminal } from "../terminal.ts";

const VERIFY_OPTIONS = {
  signature: {
    type: "text",
    metavar: "FILE",
    help: "The signature file. Default: the one in the model's folder or beside it.",
  },
  ...IGNORE_OPTIONS,
  "ignore-unsigned-files": {
    type: "switch",
    negatable: true,
    help: "Let files pass that nobody signed; they are listed. Default: no.",
  },
  "ignore-git-paths": {
    type: "switch",
    negatable: true,
    help: "Accepted for compatibility, without effect: what was signed is checked, and .git, .gitattributes, .github and .gitignore need not be signed.",
  },
  "allow-symlinks": {
    type: "switch",
    help: "Accepted for compatibility, without effect: the signed statement says whether symbolic links are followed.",
  },
  ...REPORT_OPTIONS,
} as const satisfies OptionSpecs;

const DESCRIPTION =
  "MODEL is a folder or a single file. Every byte is read. Exit status 0 means: the signature is authentic, its signer is the one you named, and the files are exactly what was signed; anything else is 1.";

export const verifyWithKey = defineCommand({
  name: "verify key",
  operand: "MODEL",
  description: ["Verifies a model that was signed with a key.", DESCRIPTION],
  options: {
    "public-key": { type: "text", metavar: "FILE", help: "The signer's public key, in PEM. Required." },
    ...VERIFY_OPTIONS,
  },
  examples: ["model-provenance verify key llama-3-8b --public-key prod.pub"],
  async run(model, args, terminal) {
    const path = requiredText(
      args.text("public-key"),
      "public-key",
      "the key that you expect the model to be signed with",
    );
    const trust = { keys: [await readPublicKeyFile(path)] };
    return verify({ model, trust, accepted: () => "the key given" }, args, terminal);
  },
});

export const verifyWithCertificate = defineCommand({
  name: "verify certificate",
  operand: "MODEL",
  description: ["Verifies a model that was signed with a certificate.", DESCRIPTION],
  options: {
    "certificate-chain": {
      type: "list",
      metavar: "FILE",
      help: "Root certificates that you trust, in PEM; may be given several times, or all in one file. Certificates that come with the model are never trusted by themselves.",
    },
    "system-roots": {
      type: "switch",
      help: "Also trust the certificate authorities that this system trusts for the web. Almost never right for models: with it, give --identity-subject too.",
    },
    "identity-subject": {
      type: "text",
      metavar: "NAME",
      help: "The signer that you expect: the certificate's subject as RFC 4514 text (CN=Alice,O=Example), or one of its alternative names (alice@example.com). Compared exactly.",
    },
    "log-fingerprints": {
      type: "switch",
      help: "Print the SHA-256 fingerprint of each certificate on standard error.",
    },
    ...VERIFY_OPTIONS,
  },
  examples: [
    "model-provenance verify certificate llama-3-8b --certificate-chain root.pem \\",
    "    --identity-subject alice@example.com",
  ],
  async run(model, args, terminal) {
    const given = await Promise.all(args.list("certificate-chain").map(readCertificateFile));
    const system = args.flag("system-roots") === true;
    if (given.length === 0 && !system) {
      throw usageError("--certificate-chain is missing: the root certificate that you trust (or --system-roots).");
    }
    const { systemRoots } = await import("../system-roots.ts");
    const roots = system ? [...given, systemRoots()] : given;
    const identity = args.text("identity-subject");
    const certificates: CertificateTrust = { roots, ...(identity !== undefined && { identity }) };
    const fingerprints = args.flag("log-fingerprints") === true ? given : undefined;
    const request = { model, trust: { certificates }, accepted: acceptedCertificate(system, identity) };
    return verify({ ...request, ...(fingerprints && { fingerprints }) }, args, terminal);
  },
});

function acceptedCertificate(system: boolean, identity: string | undefined): (verdict: Verdict) => string {
  return ({ signer }) => {
    const root = signer?.method === "certificate" ? ` ${signer.root}` : "";
    const wanted = identity === undefined ? "" : `, and the name given (${identity})`;
    return `${system ? "a root given or of this system:" : "the root given:"}${root}${wanted}`;
  };
}

interface VerifyRequest {
  readonly model: string;
  readonly trust: Trust;
  readonly accepted: (verdict: Verdict) => string;
  /** Root certificates whose fingerprints are to be told, beside those in the signature. */
  readonly fingerprints?: CertificateTrust["roots"];
}

async function verify(
  request: VerifyRequest,
  args: ArgumentsOf<typeof VERIFY_OPTIONS>,
  terminal: Terminal,
): Promise<number> {
  const { model, trust, fingerprints } = request;
  const { cwd, out, err, log, interruption } = terminal;
  const name = basename(resolve(model));
  const given = args.text("signature");
  const signature = given ?? (await findSignature(model, interruption.signal));
  if (signature !== undefined && fingerprints !== undefined) {
    const { fingerprintLines } = await import("../certificate-fingerprints.ts");
    for (const line of await fingerprintLines(fingerprints, signature)) log.info(line);
  }
  const progress = new ProgressLine(err);
  let verdict: Verdict;
  try {
    verdict =
      signature === undefined
        ? unsigned(model)
        : await (await import("../../core/verify.ts")).verify({
            model,
            signature,
            trust,
            ignorePaths: callerIgnorePaths(model, args.list("ignore-paths"), cwd),
            ignoreUnsignedFiles: args.flag("ignore-unsigned-files") ?? false,
            cache: digestCacheFolder(),
            signal: interruption.signal,
            onProgress: progress.update,
          });
  } finally {
    progress.clear();
  }
  if (args.flag("json") === true) out.json(verifyJson(verdict));
  else {
    const found = given === undefined && signature !== undefined ? { signature: relative(cwd, signature) } : {};
    out.print(
      ...verdictReport(verdict, {
        name,
        accepted: request.accepted(verdict),
        long: args.flag("long") ?? false,
        ...found,
      }),
    );
  }
  return verdict.state === "verified" ? EXIT.done : EXIT.failed;
}

function unsigned(model: string): Verdict {
  const message = `There is no signature in ${model} or beside it. If it is elsewhere, give it with --signature.`;
  return {
    state: "unsigned",
    model: resolve(model),
    reasons: [{ code: "SIGNATURE_NOT_FOUND", message, details: { model } }],
  };
}
