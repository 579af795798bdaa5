import { ProvenanceError } from "../../core/errors.ts";
import type { Pkcs11Identity } from "../../core/signing/pkcs11/pkcs11-signer.ts";
import type { Token } from "../../core/signing/pkcs11/token.ts";
import type { ArgumentsOf, OptionSpecs } from "../arguments.ts";
import { defineCommand, requiredText } from "../command.ts";
import { readCertificateFile } from "../pem-files.ts";
import { askHidden } from "../question.ts";
import { SIGN_DESCRIPTION, SIGN_OPTIONS, signModel } from "../sign-model.ts";
import type { Terminal } from "../terminal.ts";
import { CHAIN_OPTION } from "./sign.ts";

const URI_OPTIONS = {
  "pkcs11-uri URI":
    "The private key, EC P-256, P-384 or P-521, as a PKCS #11 URI (RFC 7512): token or slot-id, object or id, module-path or module-name, pin-source. You are asked for the PIN if it has none. Required.",
  ...SIGN_OPTIONS,
} satisfies OptionSpecs;

const URI_EXAMPLE = '--pkcs11-uri "pkcs11:token=release;object=prod?module-path=/usr/lib/softhsm/libsofthsm2.so"';

export const signWithPkcs11Key = defineCommand({
  name: "sign pkcs11-key",
  description: ["Signs a model with a private key in a PKCS #11 token, which it never leaves.", SIGN_DESCRIPTION],
  options: URI_OPTIONS,
  examples: ["model-provenance sign pkcs11-key llama-3-8b \\", `    ${URI_EXAMPLE}`],
  run: async (model, args, terminal) => signModel(model, tokenIdentity(args, terminal), args, terminal),
});

export const signWithPkcs11Certificate = defineCommand({
  name: "sign pkcs11-certificate",
  description: ["Signs a model with a certificate, and its private key in a PKCS #11 token.", SIGN_DESCRIPTION],
  options: {
    ...URI_OPTIONS,
    "signing-certificate FILE": "The signer's certificate, in PEM. Default: the one that the token has for the key.",
    ...CHAIN_OPTION,
  },
  examples: [
    "model-provenance sign pkcs11-certificate llama-3-8b --signing-certificate alice.pem \\",
    `    ${URI_EXAMPLE}`,
  ],
  async run(model, args, terminal) {
    const path = args.text("signing-certificate");
    const certificate = path === undefined ? "token" : await readCertificateFile(path);
    const chain = await Promise.all(args.list("certificate-chain").map(readCertificateFile));
    return signModel(model, { ...tokenIdentity(args, terminal), certificate, chain }, args, terminal);
  },
});

function tokenIdentity(args: ArgumentsOf<typeof URI_OPTIONS>, terminal: Terminal): Pkcs11Identity {
  const uri = requiredText(args.text("pkcs11-uri"), "pkcs11-uri", "the key to sign with");
  if (/[?&]pin-value=/.test(uri)) {
    terminal.log.warning(
      "The URI contains the PIN (pin-value): other users of this machine can see it while the command runs. Omit it to be asked, or name a file with pin-source.",
    );
  }
  return { method: "pkcs11", uri, pin: (token) => askPin(token, terminal) };
}

function askPin({ label, pinFinalTry }: Token, terminal: Terminal): Promise<string> {
  if (!terminal.input.isTTY) {
    const message = `The token "${label}" needs its PIN, and there is no terminal to ask for it. Add pin-source, the path of a file that contains it, to the URI.`;
    throw new ProvenanceError("PKCS11_PIN_REQUIRED", message, { details: { token: label } });
  }
  if (pinFinalTry) terminal.log.warning(`A wrong PIN locks the token "${label}".`);
  return askHidden(`PIN of the token "${label}": `, "No PIN was entered.", terminal);
}
