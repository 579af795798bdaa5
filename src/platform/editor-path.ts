/**
 * The path as `Uri.fsPath` of the editor spells it: on Windows, with the drive's letter in lower case. Node and `realpath`
 * have it as it was given or in upper case.
 */
export function editorPath(path: string, platform = process.platform): string {
  return platform === "win32" && /^[A-Z]:/.test(path) ? path.charAt(0).toLowerCase() + path.slice(1) : path;
}
