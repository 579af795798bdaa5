import { TOOLS } from "../model/file-notes.ts";
import type { AddedEntry, Comparison } from "./comparison.ts";

const TOOL_NOTES: ReadonlySet<string | undefined> = new Set(TOOLS);

/** Whether every signed file is what was signed, and all that was added was written by tools: the exact list only. */
export function isOnlyToolFiles({ matches, changed, missing, added }: Comparison): boolean {
  if (matches || changed.length > 0 || missing.length > 0 || added.length === 0) return false;
  return added.every(({ note }) => TOOL_NOTES.has(note));
}

/** The added files for lists that are cut short: what no tool wrote comes first, so that nothing hides behind what tools wrote. */
export function unknownFirst(added: readonly AddedEntry[]): readonly AddedEntry[] {
  const isByTool = ({ note }: AddedEntry): boolean => TOOL_NOTES.has(note);
  return [...added.filter((entry) => !isByTool(entry)), ...added.filter(isByTool)];
}

/** What is asked of a verdict. */
interface Compared {
  readonly state: string;
  readonly comparison?: Comparison;
}

/** Whether a model counts as changed only for files that tools wrote beside those that were signed. */
export function isToolFilesOnly({ state, comparison }: Compared): boolean {
  return state === "modified" && comparison !== undefined && isOnlyToolFiles(comparison);
}

/** Whether a verdict is an alarm: the signature is not valid, or what differs may be an attack. */
export function isAlarm(verdict: Compared): boolean {
  return verdict.state === "invalid" || (verdict.state === "modified" && !isToolFilesOnly(verdict));
}
