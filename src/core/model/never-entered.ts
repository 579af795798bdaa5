const NEVER_ENTERED: ReadonlySet<string> = new Set(["node_modules", ".git", "__pycache__"]);

/** Whether a folder of this name holds no models of anybody's making. */
export function isSkippedName(name: string): boolean {
  return NEVER_ENTERED.has(name);
}
