import { spawnSync } from "node:child_process";

/** What stands for the repository's address in files until it has one. Written so that it is not found here. */
export const PLACEHOLDER = ["OWNER", "REPOSITORY"].join("/");

/**
 * What has to be written before anything is published; empty where nothing has.
 *
 * @param root a work tree of git
 * @param repository of package.json: npm compares it with that of the workflow, for its provenance
 * @param published `OWNER/NAME` of the workflow that publishes
 */
export function missingAddresses(
  root: string,
  repository: { readonly url: string } | undefined,
  published: string | undefined,
): string[] {
  const { status, stdout, stderr } = spawnSync("git", ["grep", "-nI", "--fixed-strings", "-e", PLACEHOLDER], {
    cwd: root,
    encoding: "utf8",
  });
  if (status !== 0 && status !== 1) throw new Error(`git grep failed: ${stderr}`);
  const places = stdout.split("\n").flatMap((line) => /^[^:]+:\d+/.exec(line)?.[0] ?? []);
  const named = repository?.url.match(/github\.com[/:](.+?)(?:\.git)?$/)?.[1];
  return [
    ...places.map((place) => `${place} has ${PLACEHOLDER} for the repository's address`),
    ...(named === undefined ? ['package.json has no "repository" on GitHub'] : []),
    ...(named !== undefined && named !== published
      ? [`package.json has the repository ${named}, and this is ${published ?? "none"}`]
      : []),
  ];
}
