import type { Verdict } from "../core/verdict.ts";
import type { Checker, CheckOptions } from "../workspace/checker.ts";

/** Times that files are read again. */
const TRIES = 3;

/** A check of the files for somebody who acts on the answer: what changed while it was read is read again, a few times. */
export async function checkUntilStable(
  checker: Pick<Checker, "check">,
  path: string,
  options: CheckOptions,
): Promise<Verdict> {
  let verdict = await checker.check(path, "files", options);
  for (let tries = 1; verdict.state === "stale" && tries < TRIES; tries++) {
    verdict = await checker.check(path, "files", options);
  }
  return verdict;
}
