import { type ArgumentsOf, type OptionSpecs, usageError } from "../arguments.ts";
import { type Command, defineCommand } from "../command.ts";
import { SIGN_DESCRIPTION, SIGN_OPTIONS, signModel } from "../sign-model.ts";
import type { Terminal } from "../terminal.ts";
import { escapeControls } from "../text.ts";
import { VERIFY_DESCRIPTION, VERIFY_OPTIONS, verifyModel } from "../verify-model.ts";

const KEY_OPTION = {
  "key NAME://KEY":
    "The key, and the plugin that has it: the program sigstore-kms-NAME in a folder of PATH, which implements Sigstore's plugin protocol. May be given before MODEL without --key. Required.",
} satisfies OptionSpecs;

const PLUGIN = "A plugin is a program that runs with your rights; see docs/kms.md.";

export const signWithKms = withLeadingKey(
  defineCommand({
    name: "sign kms",
    description: ["Signs a model with a key in a cloud or a vault, which it never leaves.", PLUGIN, SIGN_DESCRIPTION],
    options: { ...KEY_OPTION, ...SIGN_OPTIONS },
    examples: ["model-provenance sign kms myvault://models/prod llama-3-8b"],
    run: async (model, args, terminal) =>
      signModel(model, { method: "kms", key: keyOf(args), onOutput: pluginOutput(terminal) }, args, terminal),
  }),
);

export const verifyWithKms = withLeadingKey(
  defineCommand({
    name: "verify kms",
    description: ["Verifies a model that was signed with a key in a cloud or a vault.", PLUGIN, VERIFY_DESCRIPTION],
    options: { ...KEY_OPTION, ...VERIFY_OPTIONS },
    examples: ["model-provenance verify kms myvault://models/prod llama-3-8b"],
    async run(model, args, terminal) {
      const { readKmsPublicKey } = await import("../../core/signing/kms/kms-signer.ts");
      const { signal } = terminal.interruption;
      const key = await readKmsPublicKey(keyOf(args), { onOutput: pluginOutput(terminal), signal });
      return verifyModel({ model, trust: { keys: [key] }, accepted: () => `the key ${key.label}` }, args, terminal);
    },
  }),
);

/** `kms NAME://KEY MODEL` is `kms --key NAME://KEY MODEL`. */
function withLeadingKey(command: Command): Command {
  return {
    execute([first = "", ...rest], terminal) {
      const isKey = /^[\w-]+:\/\//.test(first);
      return command.execute(isKey ? [`--key=${first}`, ...rest] : first === "" ? rest : [first, ...rest], terminal);
    },
  };
}

function keyOf(args: ArgumentsOf<typeof KEY_OPTION>): string {
  const key = args.text("key");
  if (key === undefined) throw usageError("NAME://KEY is missing: the plugin's name and the key that it has.");
  return key;
}

/** What a plugin asks for or reports goes to the user as it comes. */
function pluginOutput({ err }: Terminal): (text: string) => void {
  return (text) => err.raw(text.split("\n").map(escapeControls).join("\n"));
}
