import { writeFileSync } from "node:fs";
import Mocha from "mocha";
import { collect } from "./results.ts";

/** The file that the reporter writes a SuiteResult to. */
export const RESULTS = "MODEL_PROVENANCE_RESULTS";

/** Says nothing while tests pass; a failure is shown when it happens. The result goes into a file. */
export default class Reporter extends Mocha.reporters.Base {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const result = collect(runner);
    runner.on("fail", () => {
      const last = result().failed.at(-1);
      if (last !== undefined) console.error(`\n  ✗ ${last.title}\n    ${last.message.replaceAll("\n", "\n    ")}`);
    });
    runner.on("end", () => {
      const file = process.env[RESULTS];
      if (file !== undefined) writeFileSync(file, JSON.stringify(result()));
    });
  }
}
