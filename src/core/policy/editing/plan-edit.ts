import { isDeepStrictEqual } from "node:util";
import { fail, ProvenanceError } from "../../errors.ts";
import type { Policy } from "../policy.ts";
import type { AuthorityDocument } from "../policy-document.ts";
import { type PolicyFile, readPolicies } from "../read-policies.ts";
import { parseYaml } from "../yaml-text.ts";
import { type PolicyDraft, writePolicies } from "./policy-draft.ts";
import { append, exists, type Insertion, type InsertionPoint } from "./yaml-insertion.ts";

export type PolicyChange =
  | { readonly kind: "authority"; readonly authority: AuthorityDocument }
  /** Canonical, relative to the model; at least one. */
  | { readonly kind: "ignored-paths"; readonly paths: readonly string[] };

/** A policy file, and which of its policies is to be changed. */
interface PolicyText {
  /** Absolute. */
  readonly path: string;
  readonly text: string;
  /** The name of the policy. */
  readonly policy: string;
  /** Its line, from 1, where several have that name. */
  readonly line?: number;
}

/** What would be written: read again and compared, so that it is this change and no other. */
export interface PlannedEdit {
  readonly insertion: Insertion;
  readonly before: string;
  readonly after: string;
  readonly policyBefore: Policy;
  readonly policyAfter: Policy;
}

/**
 * Plans one change of a policy. Text is only inserted, and the policies that it then describes differ in exactly that
 * change.
 *
 * @throws ProvenanceError POLICY_INVALID where the file has errors, or cannot be changed this way
 */
export async function planEdit(file: PolicyText, change: PolicyChange): Promise<PlannedEdit> {
  const before = await readPolicies(Buffer.from(file.text), file.path);
  requireValid(before);
  const document = indexOf(before, file);
  const insertion = insertionFor(file, document, change);
  const { offset, text } = insertion;
  const after = file.text.slice(0, offset) + text + file.text.slice(offset);
  const read = await readPolicies(Buffer.from(after), file.path);
  requireValid(read, "With this change, the file would have an error");
  requireSame(file.text, after, document, change);
  const [policyBefore, policyAfter] = [before.policies[document], read.policies[document]];
  if (policyBefore === undefined || policyAfter === undefined) throw unplanned();
  return { insertion, before: file.text, after, policyBefore, policyAfter };
}

function indexOf({ policies, path }: PolicyFile, { policy, line }: PolicyText): number {
  const named = [...policies.keys()].filter((index) => policies[index]?.name === policy);
  const index = named.length === 1 ? named[0] : named.find((one) => policies[one]?.location.line === line);
  if (index !== undefined) return index;
  fail("POLICY_INVALID", `There is no policy ${policy} in ${path} any more.`, { file: path, policy });
}

function insertionFor({ text, path }: PolicyText, document: number, change: PolicyChange): Insertion {
  const at = (...steps: string[]): InsertionPoint => ({ text, document, path: steps, json: /\.json$/i.test(path) });
  if (change.kind === "authority") return append(at("spec", "authorities"), [change.authority]);
  const { paths } = change;
  if (exists(at("spec", "verification", "ignorePaths")))
    return append(at("spec", "verification", "ignorePaths"), paths);
  if (exists(at("spec", "verification"))) return append(at("spec", "verification"), { ignorePaths: paths });
  return append(at("spec"), { verification: { ignorePaths: paths } });
}

/**
 * The text of a new policy file, and the policies that are read from it.
 *
 * @param path absolute; where it will be
 * @throws ProvenanceError POLICY_INVALID
 */
export async function planFile(
  drafts: readonly PolicyDraft[],
  path: string,
): Promise<{ readonly text: string; readonly policies: readonly Policy[] }> {
  const text = writePolicies(drafts);
  const read = await readPolicies(Buffer.from(text), path);
  requireValid(read, "The policy would have an error");
  return { text, policies: read.policies };
}

/** @throws ProvenanceError POLICY_INVALID with the first error */
export function requireValid({ path, diagnostics }: PolicyFile, what = "The policy file has an error"): void {
  const error = diagnostics.find(({ severity }) => severity === "error");
  if (error === undefined) return;
  const { line, column, message } = error;
  fail("POLICY_INVALID", `${what}, line ${line}: ${message}`, { file: path, line, column });
}

/** Compares values, not text: all documents are as before, but for the change in one of them. */
function requireSame(before: string, after: string, document: number, change: PolicyChange): void {
  const expected = valuesOf(before)?.map((value, index) => (index === document ? changed(value, change) : value));
  if (!isDeepStrictEqual(valuesOf(after), expected)) throw unplanned();
}

function valuesOf(text: string): readonly unknown[] | undefined {
  const { documents, diagnostics } = parseYaml(Buffer.from(text));
  return diagnostics.length > 0 ? undefined : documents.map(({ value }) => value);
}

/** Of a document that the schema allows. */
interface Changeable {
  spec: { authorities: unknown[]; verification?: { ignorePaths?: unknown[] } };
}

function changed(value: unknown, change: PolicyChange): unknown {
  const copy = structuredClone(value) as Changeable;
  if (change.kind === "authority") copy.spec.authorities.push(change.authority);
  else {
    copy.spec.verification ??= {};
    copy.spec.verification.ignorePaths ??= [];
    copy.spec.verification.ignorePaths.push(...change.paths);
  }
  return copy;
}

function unplanned(): ProvenanceError {
  return new ProvenanceError(
    "POLICY_INVALID",
    "This file is written in a way that it cannot be changed automatically without changing other parts. Change it by hand.",
  );
}
