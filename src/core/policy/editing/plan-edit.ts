import { isDeepStrictEqual } from "node:util";
import { ProvenanceError } from "../../errors.ts";
import type { Policy } from "../policy.ts";
import type { AuthorityDocument } from "../policy-document.ts";
import { type PolicyFile, readPolicies } from "../read-policies.ts";
import { parseYaml } from "../yaml-text.ts";
import { appendField, appendItem, type Insertion, type InsertionPlace, isThere } from "./yaml-insertion.ts";

export type PolicyChange =
  | { readonly kind: "authority"; readonly authority: AuthorityDocument }
  /** Canonical, relative to the model. */
  | { readonly kind: "ignored-path"; readonly path: string };

/** A policy file as it is, and which of its policies is to be changed. */
export interface PolicyText {
  /** Absolute. */
  readonly path: string;
  /** What its paths are relative to. */
  readonly folder: string;
  readonly text: string;
  /** The name of the policy. */
  readonly policy: string;
  /** Where it stands among those of this name: its line, from 1. Absent: there is only one. */
  readonly line?: number;
}

/** What would be written, checked by the engine that will read it: this change and no other. */
export interface PlannedEdit {
  readonly insertion: Insertion;
  readonly before: string;
  readonly after: string;
  readonly policyBefore: Policy;
  readonly policyAfter: Policy;
}

/**
 * Plans one change of a policy. The text is added to, and nothing else in it moves; whoever reads the result finds
 * exactly the change, or nothing is planned.
 *
 * @throws ProvenanceError POLICY_INVALID where the file has errors, or cannot be changed so
 */
export async function planEdit(file: PolicyText, change: PolicyChange): Promise<PlannedEdit> {
  const before = await readPolicies(Buffer.from(file.text), file.path, file.folder);
  requireValid(before);
  const document = indexOf(before, file);
  const insertion = insertionFor(file, document, change);
  const { offset, text } = insertion;
  const after = file.text.slice(0, offset) + text + file.text.slice(offset);
  const read = await readPolicies(Buffer.from(after), file.path, file.folder);
  requireValid(read, "With this change, the file would have an error");
  requireSame(file.text, after, document, change);
  if (/\.json$/i.test(file.path)) requireJson(file.text, after);
  const [policyBefore, policyAfter] = [before.policies[document], read.policies[document]];
  if (policyBefore === undefined || policyAfter === undefined) throw unplanned();
  return { insertion, before: file.text, after, policyBefore, policyAfter };
}

function indexOf({ policies, path }: PolicyFile, { policy, line }: PolicyText): number {
  const fitting = [...policies.keys()].filter((index) => policies[index]?.name === policy);
  const [first] = fitting;
  const index = fitting.length === 1 ? first : fitting.find((one) => policies[one]?.place.line === line);
  if (index !== undefined) return index;
  throw new ProvenanceError("POLICY_INVALID", `There is no policy ${policy} in ${path} any more.`, {
    details: { file: path, policy },
  });
}

function insertionFor({ text, path }: PolicyText, document: number, change: PolicyChange): Insertion {
  const at = (...steps: string[]): InsertionPlace => ({ text, document, path: steps, json: /\.json$/i.test(path) });
  if (change.kind === "authority") return appendItem(at("spec", "authorities"), change.authority);
  if (isThere(at("spec", "verification", "ignorePaths"))) {
    return appendItem(at("spec", "verification", "ignorePaths"), change.path);
  }
  if (isThere(at("spec", "verification"))) return appendField(at("spec", "verification"), "ignorePaths", [change.path]);
  return appendField(at("spec"), "verification", { ignorePaths: [change.path] });
}

/** @throws ProvenanceError POLICY_INVALID with the first error */
export function requireValid({ path, diagnostics }: PolicyFile, what = "The policy file has an error"): void {
  const error = diagnostics.find(({ severity }) => severity === "error");
  if (error === undefined) return;
  const { line, column, message } = error;
  throw new ProvenanceError("POLICY_INVALID", `${what}, line ${line}: ${message}`, {
    details: { file: path, line, column },
  });
}

/** Compares values, not text: all documents are what they were, but for the change in one of them. */
function requireSame(before: string, after: string, document: number, change: PolicyChange): void {
  const [old, now] = [before, after].map((text) => parseYaml(Buffer.from(text)).documents.map(({ value }) => value));
  const expected = old?.map((value, index) => (index === document ? changed(value, change) : value));
  if (!isDeepStrictEqual(now, expected)) throw unplanned();
}

/** Of a document that the schema allows. */
interface Changeable {
  spec: { authorities: unknown[]; verification?: { ignorePaths?: unknown[] } };
}

/** Whether two texts are the same policies, however they are written. */
export function saysTheSame(text: string, other: string): boolean {
  const [one, two] = [text, other].map((each) => parseYaml(Buffer.from(each)));
  if (one === undefined || two === undefined || one.diagnostics.length + two.diagnostics.length > 0) return false;
  const values = [one, two].map(({ documents }) => documents.map(({ value }) => value));
  return isDeepStrictEqual(values[0], values[1]);
}

function changed(value: unknown, change: PolicyChange): unknown {
  const copy = structuredClone(value) as Changeable;
  if (change.kind === "authority") copy.spec.authorities.push(change.authority);
  else {
    copy.spec.verification ??= {};
    copy.spec.verification.ignorePaths ??= [];
    copy.spec.verification.ignorePaths.push(change.path);
  }
  return copy;
}

/** YAML in a file for JSON is read here, and nowhere else. */
function requireJson(before: string, after: string): void {
  const isJson = (text: string): boolean => {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  };
  if (isJson(before) && !isJson(after)) throw unplanned();
}

function unplanned(): ProvenanceError {
  return new ProvenanceError(
    "POLICY_INVALID",
    "This file is written in a way that cannot be added to without changing what else it says. Change it by hand.",
  );
}
