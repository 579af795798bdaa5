import type { Verdict } from "../core/verdict.ts";
import type { Checker, CheckOptions } from "../workspace/checker.ts";

/** How often files are read. */
const TRIES = 3;

/** Checks a model's files for a caller that acts on the result: again, a few times, where files change during the check. */
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
