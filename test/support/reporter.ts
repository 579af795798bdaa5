import { writeFileSync } from "node:fs";
import Mocha from "mocha";
import { collect } from "./results.ts";

/** The file that the reporter writes a SuiteResult to. */
export const RESULTS = "MODEL_PROVENANCE_RESULTS";

/** Says nothing: the result goes into a file, for whoever started mocha. */
export default class Reporter extends Mocha.reporters.Base {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const result = collect(runner);
    runner.on("end", () => {
      const file = process.env[RESULTS];
      if (file !== undefined) writeFileSync(file, JSON.stringify(result()));
    });
  }
}
