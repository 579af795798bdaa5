import type { ArgumentsOf, OptionSpecs } from "../arguments.ts";
import { defineCommand, requiredText } from "../command.ts";
import { PASSPHRASE_OPTIONS, passphraseFor } from "../passphrase.ts";
import { readCertificateFile, readPrivateKeyFile } from "../pem-files.ts";
import { SIGN_DESCRIPTION, SIGN_OPTIONS, signModel } from "../sign-model.ts";

export const CHAIN_OPTION = {
  "certificate-chain FILE …":
    "Certificates between the signer's and the root, in PEM; may be given several times, or all in one file.",
} satisfies OptionSpecs;

const KEY_OPTIONS = {
  "private-key FILE": "The private key: EC P-256, P-384 or P-521, in PEM. Required.",
  ...PASSPHRASE_OPTIONS,
  ...SIGN_OPTIONS,
} satisfies OptionSpecs;

export const signWithKey = defineCommand({
  name: "sign key",
  description: ["Signs a model with a private key.", SIGN_DESCRIPTION],
  options: KEY_OPTIONS,
  examples: ["model-provenance sign key llama-3-8b --private-key prod.pem"],
  async run(model, args, terminal) {
    const privateKey = await readPrivateKeyFile(privateKeyPath(args));
    const passphrase = await passphraseFor(privateKey, args, terminal);
    return signModel(model, { method: "key", privateKey, passphrase }, args, terminal);
  },
});

export const signWithCertificate = defineCommand({
  name: "sign certificate",
  description: ["Signs a model with a certificate and its private key.", SIGN_DESCRIPTION],
  options: {
    ...KEY_OPTIONS,
    "signing-certificate FILE": "The signer's certificate, in PEM. Required.",
    ...CHAIN_OPTION,
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
    const identity = { method: "certificate", privateKey, passphrase, certificate, chain } as const;
    return signModel(model, identity, args, terminal);
  },
});

function privateKeyPath(args: ArgumentsOf<typeof KEY_OPTIONS>): string {
  return requiredText(args.text("private-key"), "private-key", "the key to sign with");
}
