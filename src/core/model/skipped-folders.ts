const SKIPPED_NAMES: ReadonlySet<string> = new Set(["node_modules", ".git", "__pycache__"]);

/** Whether a search skips folders of this name. */
export function isSkippedName(name: string): boolean {
  return SKIPPED_NAMES.has(name);
}
