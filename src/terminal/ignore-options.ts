import { lstatSync } from "node:fs";
import { resolve, sep } from "node:path";
import { ProvenanceError } from "../core/errors.ts";
import { callerIgnorePaths, isPattern } from "../core/model/ignore.ts";
import { nameBelow } from "../core/model/path-below.ts";
import type { IgnorePattern } from "../core/operations/sign/leave-out.ts";
import { baseOf } from "../core/policy/glob.ts";

/** What `--ignore-paths` means for one model. */
export interface IgnoreChoice {
  /** Canonical, relative to the model. */
  readonly ignorePaths: readonly string[];
  readonly ignorePatterns: readonly IgnorePattern[];
}

/** For signing: what exists is meant literally, anything else with a wildcard is a pattern, which is expanded. */
export function signingIgnoreChoice(model: string, given: readonly string[], cwd: string): IgnoreChoice {
  const patterns = given.filter((path) => isUnmatchedPattern(path, cwd));
  const literal = given.filter((path) => !patterns.includes(path));
  return {
    ignorePaths: callerIgnorePaths(model, literal, cwd),
    ignorePatterns: patterns.map((pattern) => patternFor(model, pattern, cwd)),
  };
}

/**
 * For verifying: exact paths only. A pattern would exclude what the user has not named.
 *
 * @returns canonical, relative to the model
 * @throws ProvenanceError IGNORE_PATH
 */
export function verifyingIgnorePaths(model: string, given: readonly string[], cwd: string): string[] {
  const pattern = given.find((path) => isUnmatchedPattern(path, cwd));
  if (pattern === undefined) return callerIgnorePaths(model, given, cwd);
  const message = `"${pattern}" is a pattern, and no file has that name. To verify, name each path with --ignore-paths.`;
  throw new ProvenanceError("IGNORE_PATH", message, { details: { path: pattern, problem: "glob" } });
}

function isUnmatchedPattern(path: string, cwd: string): boolean {
  return isPattern(path) && lstatSync(resolve(cwd, path), { throwIfNoEntry: false }) === undefined;
}

/** Patterns are relative to the current directory, as paths are. */
function patternFor(model: string, given: string, cwd: string): IgnorePattern {
  const slashed = given.split(sep).join("/");
  const base = baseOf(slashed);
  const rest = base === slashed ? "" : slashed.slice(base === "." ? 0 : base.length + 1);
  const [inside] = callerIgnorePaths(model, [base], cwd);
  if (inside !== undefined) {
    const pattern = [inside, rest].filter((part) => part !== "." && part !== "").join("/");
    return { pattern, prefix: "" };
  }
  const name = nameBelow(resolve(cwd, base), resolve(cwd, model));
  return name === undefined ? { pattern: slashed, prefix: "" } : { pattern: rest, prefix: `${name}/` };
}
