import { hasErrors } from "../../core/policy/diagnostics.ts";
import { readPolicyFile } from "../../core/policy/read-policies.ts";
import { countText } from "../../core/presentation/bytes-and-time.ts";
import { defineCommand, EXIT } from "../command.ts";
import { REPORT_OPTIONS } from "../options.ts";
import { diagnosticText } from "../policy-options.ts";

export default defineCommand({
  name: "policy check",
  operand: "FILE",
  description: [
    "Reads a policy file, and the keys and certificates that it names, and reports errors and warnings with line and column. Exit status 1 means that there is an error; warnings alone do not fail.",
  ],
  options: { json: REPORT_OPTIONS.json },
  examples: ["model-provenance policy check model-policy.yaml"],
  async run(path, args, { out }) {
    const file = await readPolicyFile(path);
    const { sha256, policies, diagnostics } = file;
    const failed = hasErrors(diagnostics);
    if (args.flag("json") === true) {
      const counted = policies.map(({ name, authorities }) => ({ name, authorities: authorities.length }));
      out.report("policy check", { file: file.path, sha256, policies: counted, diagnostics });
      return failed ? EXIT.failed : EXIT.done;
    }
    for (const found of diagnostics) {
      const text = diagnosticText(path, found);
      out.print([{ text, style: found.severity === "error" ? "red" : "amber" }]);
    }
    const errors = diagnostics.filter(({ severity }) => severity === "error").length;
    const warnings = diagnostics.length - errors;
    const authorities = policies.reduce((sum, policy) => sum + policy.authorities.length, 0);
    const good = `${policiesText(policies.length)}, ${authorities === 1 ? "1 authority" : `${authorities} authorities`}`;
    const style = failed ? "red" : "green";
    const counts = `${countText(errors, "error")}, ${countText(warnings, "warning")}`;
    out.print([{ text: `${failed ? "✗" : "✓"} ${path}: ${good}, ${counts}`, style }]);
    return failed ? EXIT.failed : EXIT.done;
  },
});

function policiesText(count: number): string {
  return count === 1 ? "1 policy" : `${count} policies`;
}
