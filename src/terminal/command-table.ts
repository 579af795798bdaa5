import type { Command } from "./command.ts";
import { methodCommand } from "./methods.ts";
import { subcommandsOf } from "./subcommands.ts";

export interface CommandEntry {
  readonly summary: string;
  /** Prefix of error messages. */
  readonly failure: string;
  /** Words that may follow the command. */
  readonly methods?: readonly string[];
  readonly load: () => Promise<Command>;
}

const SIGN_METHODS = ["sigstore", "key", "certificate", "pkcs11-key", "pkcs11-certificate", "kms"];
const VERIFY_METHODS = ["sigstore", "key", "certificate", "kms"];

/** Modules are loaded on use: `--help` and `--version` need none of the core. */
export const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  sign: {
    summary: "Sign a model with a login, a key or a certificate.",
    failure: "Signing failed",
    methods: SIGN_METHODS,
    load: async () =>
      methodCommand("sign", ["Signs a model: a folder or a single file."], {
        sigstore: {
          summary: "With a browser login, or as a CI job. The default method.",
          load: async () => (await import("./commands/sigstore.ts")).signWithSigstore,
        },
        key: {
          summary: "With a private key.",
          load: async () => (await import("./commands/sign.ts")).signWithKey,
        },
        certificate: {
          summary: "With a certificate and its private key.",
          load: async () => (await import("./commands/sign.ts")).signWithCertificate,
        },
        "pkcs11-key": {
          summary: "With a private key in a PKCS #11 token.",
          load: async () => (await import("./commands/sign-pkcs11.ts")).signWithPkcs11Key,
        },
        "pkcs11-certificate": {
          summary: "With a certificate, and its private key in a PKCS #11 token.",
          load: async () => (await import("./commands/sign-pkcs11.ts")).signWithPkcs11Certificate,
        },
        kms: {
          summary: "With a key in a cloud or a vault, by a plugin.",
          load: async () => (await import("./commands/kms.ts")).signWithKms,
        },
      }),
  },
  verify: {
    summary: "Verify that a model is what its signer signed.",
    failure: "Verification failed",
    methods: VERIFY_METHODS,
    load: async () =>
      methodCommand(
        "verify",
        [
          "Verifies that a model is exactly what its signer signed. Name the signer by a method, or give a policy (--policy FILE).",
        ],
        {
          sigstore: {
            summary: "Signed with a browser login, or by CI. The default method.",
            load: async () => (await import("./commands/sigstore.ts")).verifyWithSigstore,
          },
          key: {
            summary: "Signed with a key that you know.",
            load: async () => (await import("./commands/verify.ts")).verifyWithKey,
          },
          certificate: {
            summary: "Signed with a certificate, under a root that you trust.",
            load: async () => (await import("./commands/verify.ts")).verifyWithCertificate,
          },
          kms: {
            summary: "Signed with a key in a cloud or a vault, by a plugin.",
            load: async () => (await import("./commands/kms.ts")).verifyWithKms,
          },
        },
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
    methods: ["check", "explain", "init", "pin", "import", "export"],
    load: async () =>
      subcommandsOf("policy", ["Policies define who may sign which model."], {
        check: {
          summary: "Report errors and suspicious entries in a policy file.",
          load: async () => (await import("./commands/policy-check.ts")).default,
        },
        explain: {
          summary: "Explain which policies cover a model, and which authorities accept its signer.",
          load: async () => (await import("./commands/policy-explain.ts")).default,
        },
        init: {
          summary: "Write a policy from the signatures found, each signer confirmed.",
          load: async () => (await import("./commands/policy-init.ts")).default,
        },
        pin: {
          summary: "Accept the bytes of an unsigned model, and only these.",
          load: async () => (await import("./commands/policy-pin.ts")).default,
        },
        import: {
          summary: "Convert a ClusterImagePolicy, a ModelValidation, or flags to a policy.",
          load: async () => (await import("./commands/policy-import.ts")).default,
        },
        export: {
          summary: "Convert a policy to a ClusterImagePolicy, ModelValidations or flags.",
          load: async () => (await import("./commands/policy-export.ts")).default,
        },
      }),
  },
};
