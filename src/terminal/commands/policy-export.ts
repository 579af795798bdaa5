import { exportClusterImagePolicies } from "../../core/policy/interchange/cluster-image-policy.ts";
import type { UnsupportedField } from "../../core/policy/interchange/draft.ts";
import { exportFlags } from "../../core/policy/interchange/flags.ts";
import { exportModelValidations } from "../../core/policy/interchange/model-validation.ts";
import type { Policy } from "../../core/policy/policy.ts";
import { type OptionSpecs, usageError } from "../arguments.ts";
import { defineCommand, EXIT, requiredText } from "../command.ts";
import { namedPolicies } from "../policy-options.ts";
import { OUTPUT_OPTION, writeOutput } from "../write-output.ts";
import { printUnsupportedFields } from "./policy-import.ts";

const FORMATS: Readonly<Record<string, (policies: readonly Policy[], unsupported: UnsupportedField[]) => string>> = {
  "cluster-image-policy": exportClusterImagePolicies,
  "model-validation": exportModelValidations,
  flags: (policies, unsupported) =>
    exportFlags(policies, unsupported)
      .map((line) => `${line}\n`)
      .join(""),
};

export default defineCommand({
  name: "policy export",
  operand: "FILE",
  description: [
    "Converts a policy file to ClusterImagePolicies, ModelValidations, or the flags of verify. What cannot be converted is listed on standard error.",
  ],
  options: {
    "to FORMAT": `One of ${Object.keys(FORMATS).join(", ")}. Required.`,
    ...OUTPUT_OPTION,
  } satisfies OptionSpecs,
  examples: ["model-provenance policy export model-policy.yaml --to flags"],
  async run(file, args, terminal) {
    const format = requiredText(args.text("to"), "to", `one of ${Object.keys(FORMATS).join(", ")}`);
    const convert = Object.hasOwn(FORMATS, format) ? FORMATS[format] : undefined;
    if (convert === undefined) throw usageError(`--to: "${format}" is not one of ${Object.keys(FORMATS).join(", ")}.`);
    const { policies } = await namedPolicies([file], file, undefined, terminal);
    const unsupported: UnsupportedField[] = [];
    const text = convert(policies.user, unsupported);
    printUnsupportedFields(unsupported, terminal);
    await writeOutput(text, args.text("output"), terminal);
    return EXIT.done;
  },
});
