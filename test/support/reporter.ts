import { writeFileSync } from "node:fs";
import Mocha from "mocha";
import { collect } from "./results.ts";

/** The file that the reporter writes a SuiteResult to. */
export const RESULTS = "MODEL_PROVENANCE_RESULTS";

/** Prints nothing: the result goes into a file, for the process that started mocha. */
export default class Reporter extends Mocha.reporters.Base {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const result = collect(runner);
    let running = "no test";
    runner.on("test", (test) => {
      running = test.fullTitle();
    });
    runner.on("hook", (hook) => {
      running = hook.fullTitle();
    });
    // The suite has exceeded its time limit.
    process.once("SIGTERM", () => {
      console.error(`mocha was ended while this ran: ${running}`);
      process.exit(1);
    });
    runner.on("end", () => {
      const file = process.env[RESULTS];
      if (file !== undefined) writeFileSync(file, JSON.stringify(result()));
    });
  }
}
