import { writeFile } from "node:fs/promises";
import { hostRun } from "../support/host-run.ts";
import { collect, WINDOW_RETRIES } from "../support/results.ts";

/** Called by VS Code inside the extension host: runs the suites and leaves their result in a file. */
export async function run(): Promise<void> {
  const { files, results, grep } = hostRun();
  // An ES module: imported, since what `require` gives for one differs between Node 22 and 24.
  const { default: Mocha } = await import("mocha");
  const mocha = new Mocha({
    ui: "bdd",
    timeout: 20_000,
    reporter: "spec",
    color: false,
    retries: WINDOW_RETRIES,
    ...(grep && { grep }),
  });
  for (const file of files) mocha.addFile(file);
  await mocha.loadFilesAsync();
  const result = await new Promise((resolve) => {
    const outcome: { collect?: ReturnType<typeof collect> } = {};
    const runner = mocha.run(() => resolve(outcome.collect?.()));
    outcome.collect = collect(runner);
  });
  await writeFile(results, JSON.stringify(result));
}
