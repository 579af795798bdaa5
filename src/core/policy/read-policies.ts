import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import * as v from "valibot";
import { systemCode } from "../errors.ts";
import { isPattern } from "../model/ignore.ts";
import { nameProblem } from "../model/names.ts";
import { TimeSlices } from "../model/time-slices.ts";
import { authorityForms } from "./authorities/table.ts";
import { byPosition, type Diagnostic, diagnostic, FILE_START, hasErrors } from "./diagnostics.ts";
import { pathProblem } from "./files-inside.ts";
import { Glob, globProblem, literalCharacters } from "./glob.ts";
import type { Authority, Place, Policy, PolicyVerification } from "./policy.ts";
import { type AuthorityDocument, PolicyDocument } from "./policy-document.ts";
import { POLICY_SCHEMA } from "./policy-schema.ts";
import { type Reading, report } from "./reading.ts";
import { RegExpChecker } from "./regular-expression.ts";
import { SchemaCheck, type ValuePath } from "./schema-check.ts";
import { MAX_POLICY_BYTES, parseYaml } from "./yaml-text.ts";

/** What a policy file says, and what is wrong with it. */
export interface PolicyFile {
  /** Absolute path. */
  readonly path: string;
  /** What the paths in it are relative to. */
  readonly folder: string;
  /** Of the file as read; lower-case hex. */
  readonly sha256: string;
  /** The documents without an error. While `diagnostics` has one, they are not the whole of what was demanded. */
  readonly policies: readonly Policy[];
  /** Absolute paths of the keys, certificates and trust configurations that it names, whether they exist or not. */
  readonly named: readonly string[];
  /** Errors and warnings, from top to bottom. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Where a policy file's paths begin: the folder around it, or around the `.sigstore` folder that it is in. */
export function folderOf(path: string): string {
  const folder = dirname(resolve(path));
  return basename(folder) === ".sigstore" ? dirname(folder) : folder;
}

/**
 * Reads a policy file, YAML or JSON, and the keys and certificates that it names.
 * What is wrong with the file, even that it is missing, is among the diagnostics; it is not thrown.
 *
 * @param folder what its paths are relative to and stay in; {@link folderOf} the file, if absent
 */
export async function readPolicyFile(path: string, folder: string = folderOf(path)): Promise<PolicyFile> {
  const absolute = resolve(path);
  const bytes = await readBounded(absolute);
  if (bytes instanceof Uint8Array) return readPolicies(bytes, absolute, folder);
  return { path: absolute, folder, sha256: sha256(Buffer.alloc(0)), policies: [], named: [], diagnostics: [bytes] };
}

/** As {@link readPolicyFile}, for a text that need not be on the disk yet. */
export async function readPolicies(bytes: Uint8Array, path: string, folder: string): Promise<PolicyFile> {
  const { documents, diagnostics: found } = parseYaml(bytes);
  const diagnostics: Diagnostic[] = [...found];
  const policies: Policy[] = [];
  const regExps = new RegExpChecker();
  const named = new Set<string>();
  for (const document of documents) {
    const reading = { file: path, folder, document, diagnostics: [], named, regExps };
    const policy = await readDocument(reading);
    diagnostics.push(...reading.diagnostics);
    if (policy !== undefined) policies.push(policy);
  }
  if (documents.length === 0 && found.length === 0) {
    diagnostics.push(diagnostic("empty", "There is no policy in this file.", FILE_START));
  }
  return {
    path,
    folder,
    sha256: sha256(bytes),
    policies,
    named: [...named],
    diagnostics: diagnostics.sort(byPosition),
  };
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** At most one byte more than is allowed, which is then told as too large. */
async function readBounded(path: string): Promise<Uint8Array | Diagnostic> {
  const fail = (why: string): Diagnostic =>
    diagnostic("unreadable", `${basename(path)} cannot be read: ${why}.`, FILE_START);
  try {
    const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const stats = await file.stat();
      if (!stats.isFile()) return fail("it is not a file");
      if (stats.size > MAX_POLICY_BYTES) {
        const message = `The file has ${stats.size} bytes; a policy file may have ${MAX_POLICY_BYTES}.`;
        return diagnostic("too-large", message, FILE_START);
      }
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined) throw error;
    return fail(code === "ENOENT" ? "there is no such file" : code === "EISDIR" ? "it is a folder" : code);
  }
}

async function readDocument(reading: Reading): Promise<Policy | undefined> {
  const { document, diagnostics } = reading;
  const problems = new SchemaCheck(POLICY_SCHEMA).run(document.value);
  for (const { code, message, path, atKey } of problems) {
    const hint = code === "wrong-kind" && isImportable(document.value) ? IMPORT_HINT : "";
    report(reading, code, `${message}${hint}`, path, atKey);
  }
  if (problems.length > 0) return undefined;
  const { metadata, spec } = v.parse(PolicyDocument, document.value);
  const models = spec.models.map(({ glob }, index) => readGlob(reading, glob, ["spec", "models", index, "glob"]));
  const unsignedFiles = spec.unsignedFiles.map((glob, index) =>
    readGlob(reading, glob, ["spec", "unsignedFiles", index]),
  );
  checkNames(reading, spec.authorities);
  const authorities: Authority[] = [];
  const slices = new TimeSlices(undefined);
  for (const [index, authority] of spec.authorities.entries()) {
    if (slices.isOver()) await slices.next();
    const read = await readAuthority(reading, authority, ["spec", "authorities", index]);
    if (read !== undefined) authorities.push(read);
  }
  const { signaturePath, ...verification } = spec.verification;
  checkVerification(reading, signaturePath, verification.ignorePaths);
  if (hasErrors(diagnostics)) return undefined;
  return {
    name: metadata.name,
    place: placeOf(reading, ["metadata", "name"]),
    mode: spec.mode,
    models,
    modelPlaces: models.map((_, index) => placeOf(reading, ["spec", "models", index, "glob"])),
    requireSignature: spec.requireSignature,
    unsignedFiles,
    authorities,
    verification: { ...verification, ...(signaturePath !== undefined && { signaturePath }) },
  };
}

/** @returns undefined where something is wrong with it, which is then among the diagnostics */
async function readAuthority(
  reading: Reading,
  authority: AuthorityDocument,
  path: ValuePath,
): Promise<Authority | undefined> {
  const base = { name: authority.name ?? `authority-${path.at(-1)}`, place: placeOf(reading, path) };
  for (const [field, form] of authorityForms()) {
    const value = authority[field];
    if (value !== undefined) return await form.read(reading, base, value, [...path, field]);
  }
  return undefined;
}

function placeOf({ file, document }: Reading, path: ValuePath): Place {
  const { line, column } = document.range(path);
  return { file, line, column };
}

const IMPORT_HINT = ' "model-provenance policy import" makes a policy of it.';

function isImportable(document: unknown): boolean {
  if (typeof document !== "object" || document === null || !("kind" in document)) return false;
  return document.kind === "ClusterImagePolicy" || document.kind === "ModelValidation";
}

function readGlob(reading: Reading, pattern: string, path: ValuePath): Glob {
  const problem = globProblem(pattern);
  if (problem !== undefined) report(reading, "glob", `The pattern ${JSON.stringify(pattern)} ${problem}.`, path);
  const literal = literalCharacters(pattern);
  if (literal.length > 0) {
    const hint = `${literal.join(" ")} in a pattern stands for itself: only * and ** are wildcards.`;
    report(reading, "glob-literal", hint, path);
  }
  return new Glob(pattern);
}

function literalPath(path: string): string {
  return `${JSON.stringify(path)} is the path of one file or folder here: ignorePaths takes no patterns.`;
}

/** What the schema cannot say of the authorities as a list. */
function checkNames(reading: Reading, authorities: PolicyDocument["spec"]["authorities"]): void {
  const seen = new Set<string>();
  for (const [index, { name, static: fixed }] of authorities.entries()) {
    const path = ["spec", "authorities", index];
    if (name !== undefined && seen.has(name)) {
      report(reading, "duplicate-name", `There is another authority ${JSON.stringify(name)}.`, [...path, "name"]);
    }
    seen.add(name ?? "");
    if (fixed?.action === "fail" && authorities.length > 1) {
      const hint = "Beside other authorities this has no effect: any one that accepts is enough.";
      report(reading, "fail-without-effect", hint, [...path, "static"]);
    }
  }
}

function checkVerification(
  reading: Reading,
  signaturePath: string | undefined,
  ignorePaths: PolicyVerification["ignorePaths"],
): void {
  const base = ["spec", "verification"];
  // Up to the workspace folder it may go: which folder that is, depends on the model.
  const problem = signaturePath === undefined ? undefined : pathProblem(signaturePath.replace(/^(\.\.\/)+/, ""));
  if (problem !== undefined) report(reading, problem.code, problem.message, [...base, "signaturePath"]);
  for (const [index, path] of ignorePaths.entries()) {
    const wrong = path.includes("\\") ? "backslash" : nameProblem(path);
    if (wrong === undefined) {
      if (isPattern(path)) report(reading, "glob-literal", literalPath(path), [...base, "ignorePaths", index]);
      continue;
    }
    const message = `${JSON.stringify(path)} is not the plain path of a file or folder in the model (${wrong}).`;
    report(reading, "path", message, [...base, "ignorePaths", index]);
  }
}
