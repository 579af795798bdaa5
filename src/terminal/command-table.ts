import { usageError } from "./arguments.ts";
import { methodCommand, type Subcommand, type Subcommands, subcommand, subcommandsOf } from "./subcommands.ts";

export interface CommandEntry extends Subcommand {
  /** Prefix of error messages. */
  readonly failure: string;
  /** By the words that may follow the command. */
  readonly subcommands?: Subcommands;
}

// Modules are loaded on use: `--help` and `--version` need none of the core.
const sigstore = () => import("./commands/sigstore.ts");
const sign = () => import("./commands/sign.ts");
const pkcs11 = () => import("./commands/sign-pkcs11.ts");
const verify = () => import("./commands/verify.ts");
const kms = () => import("./commands/kms.ts");

const SIGN = {
  sigstore: subcommand("With a browser login, or as a CI job. The default method.", sigstore, "signWithSigstore"),
  key: subcommand("With a private key.", sign, "signWithKey"),
  certificate: subcommand("With a certificate and its private key.", sign, "signWithCertificate"),
  "pkcs11-key": subcommand("With a private key in a PKCS #11 token.", pkcs11, "signWithPkcs11Key"),
  "pkcs11-certificate": subcommand(
    "With a certificate, and its private key in a PKCS #11 token.",
    pkcs11,
    "signWithPkcs11Certificate",
  ),
  kms: subcommand("With a key in a cloud or a vault, by a plugin.", kms, "signWithKms"),
};

const VERIFY = {
  sigstore: subcommand("Signed with a browser login, or by CI. The default method.", sigstore, "verifyWithSigstore"),
  key: subcommand("Signed with a key that you know.", verify, "verifyWithKey"),
  certificate: subcommand("Signed with a certificate, under a root that you trust.", verify, "verifyWithCertificate"),
  kms: subcommand("Signed with a key in a cloud or a vault, by a plugin.", kms, "verifyWithKms"),
};

const POLICY = {
  check: subcommand(
    "Report errors and suspicious entries in a policy file.",
    () => import("./commands/policy-check.ts"),
  ),
  explain: subcommand(
    "Explain which policies cover a model, and which authorities accept its signer.",
    () => import("./commands/policy-explain.ts"),
  ),
  init: subcommand(
    "Write a policy from the signatures found, each signer confirmed.",
    () => import("./commands/policy-init.ts"),
  ),
  pin: subcommand("Accept the bytes of an unsigned model, and only these.", () => import("./commands/policy-pin.ts")),
};

export const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  sign: {
    summary: "Sign a model with a login, a key or a certificate.",
    failure: "Signing failed",
    subcommands: SIGN,
    load: async () => methodCommand("sign", "Signs a model: a folder or a single file.", SIGN),
  },
  verify: {
    summary: "Verify that a model is what its signer signed.",
    failure: "Verification failed",
    subcommands: VERIFY,
    load: async () =>
      methodCommand(
        "verify",
        "Verifies that a model is exactly what its signer signed. Name the signer by a method, or give a policy (--policy FILE).",
        VERIFY,
        async () => (await import("./commands/verify-policy.ts")).verifyWithPolicyFile,
      ),
  },
  digest: {
    summary: "Print the digest that a signature of a model would have.",
    failure: "No digest",
    load: async () => (await import("./commands/digest.ts")).default,
  },
  inspect: {
    summary: "Print the content of a signature file, without verifying it.",
    failure: "Cannot be inspected",
    load: async () => (await import("./commands/inspect.ts")).default,
  },
  origin: {
    summary: "Print where a model was downloaded from, and whether its files match the record.",
    failure: "No origin",
    load: async () => (await import("./commands/origin.ts")).default,
  },
  bom: {
    summary: "Print a bill of materials of a model: CycloneDX 1.6 in JSON.",
    failure: "No bill of materials",
    load: async () => (await import("./commands/bom.ts")).default,
  },
  scan: {
    summary: "Find models and their signatures below a folder.",
    failure: "Scan failed",
    load: async () => (await import("./commands/scan.ts")).default,
  },
  policy: {
    summary: "Check, explain and write policies: who may sign which model.",
    failure: "Policy command failed",
    subcommands: POLICY,
    load: async () => {
      const names = Object.keys(POLICY);
      return subcommandsOf(POLICY, {
        name: "policy",
        usage: `${names.join(" | ")} [OPTION…]`,
        description: "Policies define who may sign which model.",
        async otherwise([first = ""]) {
          const what = first === "" ? "A subcommand is missing" : `There is no "policy ${first}"`;
          throw usageError(`${what}: one of ${names.join(", ")}.`);
        },
      });
    },
  },
};
