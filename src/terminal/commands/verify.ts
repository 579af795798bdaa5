import type { Verdict } from "../../core/verdict.ts";
import { usageError } from "../arguments.ts";
import { defineCommand, requiredText } from "../command.ts";
import { readCertificateFile, readPublicKeyFile } from "../pem-files.ts";
import { VERIFY_DESCRIPTION, VERIFY_OPTIONS, verifyModel } from "../verify-model.ts";

export const verifyWithKey = defineCommand({
  name: "verify key",
  description: ["Verifies a model that was signed with a key.", VERIFY_DESCRIPTION],
  options: { "public-key FILE": "The signer's public key, in PEM. Required.", ...VERIFY_OPTIONS },
  examples: ["model-provenance verify key llama-3-8b --public-key prod.pub"],
  async run(model, args, terminal) {
    const what = "the key that you expect the model to be signed with";
    const path = requiredText(args.text("public-key"), "public-key", what);
    const trust = { keys: [await readPublicKeyFile(path)] };
    return verifyModel({ model, trust, accepted: () => "the key given" }, args, terminal);
  },
});

export const verifyWithCertificate = defineCommand({
  name: "verify certificate",
  description: ["Verifies a model that was signed with a certificate.", VERIFY_DESCRIPTION],
  options: {
    "certificate-chain FILE …":
      "Root certificates that you trust, in PEM; may be given several times, or all in one file. Certificates that come with the model are never trusted by themselves.",
    "system-roots":
      "Also trust the certificate authorities that this system trusts for the web. Almost never right for models: with it, give --identity-subject too.",
    "identity-subject NAME":
      "The signer that you expect: email:ADDRESS, uri:URI, dns:NAME, or subject:NAME for the certificate's whole subject as RFC 4514 text (CN=Alice,O=Example). Without a type, the text's form decides. Compared exactly.",
    "log-fingerprints": "Print the SHA-256 fingerprint of each certificate on standard error.",
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
    const trust = { certificates: { roots, identity } };
    const fingerprints = args.flag("log-fingerprints") === true ? given : undefined;
    const accepted = acceptedCertificate(system, identity);
    return verifyModel({ model, trust, accepted, fingerprints }, args, terminal);
  },
});

function acceptedCertificate(system: boolean, identity: string | undefined): (verdict: Verdict) => string {
  return ({ signer }) => {
    const root = signer?.method === "certificate" ? ` ${signer.root}` : "";
    const wanted = identity === undefined ? "" : `, and the name given (${identity})`;
    return `${system ? "a root given or of this system:" : "the root given:"}${root}${wanted}`;
  };
}
