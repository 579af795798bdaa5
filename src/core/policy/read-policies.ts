import { createHash } from "node:crypto";
import { basename, resolve } from "node:path";
import * as v from "valibot";
import { systemCode } from "../errors.ts";
import { isPattern } from "../model/ignore.ts";
import { nameProblem } from "../model/names.ts";
import { TimeSlices } from "../model/time-slices.ts";
import { authorityForms } from "./authorities/table.ts";
import { byPosition, type Diagnostic, diagnostic, FILE_START, hasErrors } from "./diagnostics.ts";
import { Glob, globProblem, literalCharacters } from "./glob.ts";
import type { Authority, Policy } from "./policy.ts";
import { type AuthorityDocument, PolicyDocument } from "./policy-document.ts";
import { folderOf } from "./policy-files.ts";
import type { ValuePath } from "./policy-schema.ts";
import { type ReadContext, report } from "./read-context.ts";
import { RegExpChecker } from "./regular-expression.ts";
import { schemaProblems } from "./schema-check.ts";
import type { SourceLocation } from "./source-location.ts";
import { pathProblem, readBounded } from "./workspace-files.ts";
import { parseYaml, tooLarge } from "./yaml-text.ts";

/** The policies of a file, and what is wrong with it. */
export interface PolicyFile {
  /** Absolute path. */
  readonly path: string;
  /** What the paths in it are relative to. */
  readonly folder: string;
  /** Of the file as read; lower-case hex. */
  readonly sha256: string;
  /** The documents without an error. While `diagnostics` has one, they are not everything that the file demands. */
  readonly policies: readonly Policy[];
  /** Absolute paths of the keys, certificates and trust configurations that it names, existing or not. */
  readonly named: readonly string[];
  /** Errors and warnings, in the order of the text. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads a policy file, YAML or JSON, and the keys and certificates that it names. Nothing is thrown: what is wrong with
 * the file, or that it is missing, is among the diagnostics. Paths in it are relative to, and stay in, {@link folderOf} it.
 */
export async function readPolicyFile(path: string): Promise<PolicyFile> {
  const absolute = resolve(path);
  const bytes = await readBytes(absolute);
  if (bytes instanceof Uint8Array) return readPolicies(bytes, absolute);
  return { ...(await readPolicies(new Uint8Array(), absolute)), diagnostics: [bytes] };
}

/** As {@link readPolicyFile}, for a text that need not be on the disk yet. */
export async function readPolicies(bytes: Uint8Array, path: string): Promise<PolicyFile> {
  const folder = folderOf(path);
  const { documents, diagnostics: found } = parseYaml(bytes);
  const diagnostics: Diagnostic[] = [...found];
  const policies: Policy[] = [];
  const regExps = new RegExpChecker();
  const named = new Set<string>();
  for (const document of documents) {
    const context = { file: path, folder, document, diagnostics: [], named, regExps };
    const policy = await readDocument(context);
    diagnostics.push(...context.diagnostics);
    if (policy !== undefined) policies.push(policy);
  }
  if (documents.length === 0 && found.length === 0) {
    diagnostics.push(diagnostic("empty", "There is no policy in this file.", FILE_START));
  }
  diagnostics.sort(byPosition);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { path, folder, sha256, policies, named: [...named], diagnostics };
}

async function readBytes(path: string): Promise<Uint8Array | Diagnostic> {
  const fail = (why: string): Diagnostic =>
    diagnostic("unreadable", `${basename(path)} cannot be read: ${why}.`, FILE_START);
  try {
    const bytes = await readBounded(path);
    if (bytes === undefined) return fail("it is not a file");
    return typeof bytes === "number" ? tooLarge(bytes) : bytes;
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined) throw error;
    return fail(code === "ENOENT" ? "there is no such file" : code === "EISDIR" ? "it is a folder" : code);
  }
}

async function readDocument(context: ReadContext): Promise<Policy | undefined> {
  const { document, diagnostics } = context;
  const problems = [...schemaProblems(document.value)];
  for (const { code, message, path, atKey } of problems) {
    report(context, code, message, path, atKey);
  }
  if (problems.length > 0) return undefined;
  const { metadata, spec } = v.parse(PolicyDocument, document.value);
  const models = spec.models.map(({ glob }, index) => readGlob(context, glob, ["spec", "models", index, "glob"]));
  const unsignedFiles = spec.unsignedFiles.map((glob, index) =>
    readGlob(context, glob, ["spec", "unsignedFiles", index]),
  );
  checkNames(context, spec.authorities);
  const authorities: Authority[] = [];
  const slices = new TimeSlices(undefined);
  for (const [index, authority] of spec.authorities.entries()) {
    if (slices.isOver()) await slices.next();
    const read = await readAuthority(context, authority, ["spec", "authorities", index]);
    if (read !== undefined) authorities.push(read);
  }
  checkVerification(context, spec.verification);
  if (hasErrors(diagnostics)) return undefined;
  const location = locationOf(context, ["metadata", "name"]);
  const modelLocations = models.map((_, index) => locationOf(context, ["spec", "models", index, "glob"]));
  return { ...spec, name: metadata.name, location, models, modelLocations, unsignedFiles, authorities };
}

/** @returns undefined where something is wrong with it, which is then among the diagnostics */
async function readAuthority(
  context: ReadContext,
  authority: AuthorityDocument,
  path: ValuePath,
): Promise<Authority | undefined> {
  const base = { name: authority.name ?? `authority-${path.at(-1)}`, location: locationOf(context, path) };
  for (const [field, form] of authorityForms()) {
    const value = authority[field];
    if (value !== undefined) return await form.read(context, base, value, [...path, field]);
  }
  return undefined;
}

function locationOf({ file, document }: ReadContext, path: ValuePath): SourceLocation {
  const { line, column } = document.range(path);
  return { file, line, column };
}

function readGlob(context: ReadContext, pattern: string, path: ValuePath): Glob {
  const problem = globProblem(pattern);
  if (problem !== undefined) report(context, "glob", `The pattern ${JSON.stringify(pattern)} ${problem}.`, path);
  const literal = literalCharacters(pattern);
  if (literal.length > 0) {
    const hint = `${literal.join(" ")} in a pattern stands for itself: only * and ** are wildcards.`;
    report(context, "glob-literal", hint, path);
  }
  return new Glob(pattern);
}

/** What the schema cannot express about the authorities as a list. */
function checkNames(context: ReadContext, authorities: readonly AuthorityDocument[]): void {
  const seen = new Set<string>();
  for (const [index, { name, static: exception }] of authorities.entries()) {
    const path = ["spec", "authorities", index];
    if (name !== undefined && seen.has(name)) {
      report(context, "duplicate-name", `There is another authority ${JSON.stringify(name)}.`, [...path, "name"]);
    }
    seen.add(name ?? "");
    if (exception?.action === "fail" && authorities.length > 1) {
      const hint = "This has no effect next to other authorities: any one that accepts is enough.";
      report(context, "fail-without-effect", hint, [...path, "static"]);
    }
  }
}

function checkVerification(context: ReadContext, { signaturePath, ignorePaths }: Policy["verification"]): void {
  const base = ["spec", "verification"];
  // It may lead up to the workspace folder; how far up that is depends on the model.
  const problem = signaturePath === undefined ? undefined : pathProblem(signaturePath.replace(/^(\.\.\/)+/, ""));
  if (problem !== undefined) report(context, problem.code, problem.message, [...base, "signaturePath"]);
  for (const [index, path] of ignorePaths.entries()) {
    const wrong = path.includes("\\") ? "backslash" : nameProblem(path);
    if (wrong !== undefined) {
      const message = `${JSON.stringify(path)} is not the plain path of a file or folder in the model (${wrong}).`;
      report(context, "path", message, [...base, "ignorePaths", index]);
    } else if (isPattern(path)) {
      const hint = `${JSON.stringify(path)} is the path of one file or folder here: ignorePaths takes no patterns.`;
      report(context, "glob-literal", hint, [...base, "ignorePaths", index]);
    }
  }
}
