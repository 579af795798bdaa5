import { homedir } from "node:os";
import { dirname, relative, resolve, sep } from "node:path";
import { fail } from "../core/errors.ts";
import { isInside } from "../core/model/path-below.ts";
import { type Diagnostic, hasErrors } from "../core/policy/diagnostics.ts";
import type { PolicySet } from "../core/policy/evaluate.ts";
import { findPolicyFiles, isAbsent, policySetOf, userPolicyPath } from "../core/policy/policy-files.ts";
import { type PolicyFile, readPolicyFile } from "../core/policy/read-policies.ts";
import type { Terminal } from "./terminal.ts";

/** Policies of a command, and the folder that their patterns are relative to. */
export interface ChosenPolicies {
  readonly files: readonly PolicyFile[];
  readonly policies: PolicySet;
  /** Absolute. */
  readonly root: string;
}

/**
 * Reads the policy files that were given.
 *
 * @param place the model, or the folder with the models
 * @throws ProvenanceError POLICY_INVALID where one has an error; all errors are printed on standard error first
 */
export async function namedPolicies(
  paths: readonly string[],
  place: string,
  root: string | undefined,
  terminal: Pick<Terminal, "cwd" | "err" | "log">,
): Promise<ChosenPolicies> {
  const files = await Promise.all(paths.map((path) => readPolicyFile(path)));
  refuseErrors(files, terminal);
  return { files, policies: policySetOf(files, []), root: chooseRoot(files, place, root, terminal.cwd) };
}

/** The user's own policy, and those of the nearest folder above the model that has any. */
export async function foundPolicies(
  model: string,
  root: string | undefined,
  terminal: Pick<Terminal, "cwd" | "env" | "err" | "log">,
): Promise<ChosenPolicies> {
  const own = userPolicyPath(terminal.env, process.platform, homedir());
  const user = (await isAbsent(own)) ? [] : [await readPolicyFile(own)];
  const folder = root === undefined ? await nearestWithPolicies(resolve(model)) : resolve(root);
  const paths = folder === undefined ? [] : await findPolicyFiles(folder);
  const workspace = await Promise.all(paths.map((path) => readPolicyFile(path)));
  const files = [...user, ...workspace];
  refuseErrors(files, terminal);
  const base = folder ?? chooseRoot([], model, undefined, terminal.cwd);
  return { files, policies: policySetOf(user, workspace), root: base };
}

async function nearestWithPolicies(model: string): Promise<string | undefined> {
  for (let folder = model; ; folder = dirname(folder)) {
    if ((await findPolicyFiles(folder)).length > 0) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

/** `path:line:column: error: message [code]`, the format of compilers. */
export function diagnosticText(path: string, { line, column, severity, message, code }: Diagnostic): string {
  return `${path}:${line}:${column}: ${severity}: ${message} [${code}]`;
}

function refuseErrors(files: readonly PolicyFile[], { cwd, err, log }: Pick<Terminal, "cwd" | "err" | "log">): void {
  for (const { path, diagnostics } of files) {
    for (const found of diagnostics) {
      const text = diagnosticText(shownPath(cwd, path), found);
      if (found.severity === "error") err.print([text]);
      else log.info(text);
    }
  }
  const broken = files.filter(({ diagnostics }) => hasErrors(diagnostics));
  if (broken.length === 0) return;
  const names = broken.map(({ path }) => shownPath(cwd, path)).join(", ");
  fail("POLICY_INVALID", `${names} has errors. Nothing was verified.`, { files: broken.map(({ path }) => path) });
}

function chooseRoot(files: readonly PolicyFile[], place: string, root: string | undefined, cwd: string): string {
  if (root !== undefined) return resolve(root);
  const model = resolve(place);
  const around = [...files.map(({ folder }) => folder), cwd].find((folder) => isInside(folder, model));
  return around ?? dirname(model);
}

/** The path that patterns are compared with; `.` is the root itself. */
export function pathBelow(root: string, model: string): string {
  const path = relative(root, resolve(model));
  return path === "" ? "." : path.split(sep).join("/");
}

/** Relative to the current folder, if below it. */
export function shownPath(cwd: string, path: string): string {
  const way = relative(cwd, path);
  return way === "" ? "." : way.startsWith("..") ? path : way;
}
