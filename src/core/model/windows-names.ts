/** Why Windows cannot hold a name, or opens something else under it. */
export type WindowsNameProblem = "character" | "ending" | "device";

/** Separators, drives, streams, wildcards, and everything below the space. */
const CHARACTER = /[\\:<>"|?*]|[^ -\uffff]/;
/** Windows drops dots and spaces at the end of a component. */
const ENDING = /[. ](?:\/|$)/;
/** A device has its name in every folder, in any case and with any extension. */
const DEVICE = /(?:^|\/)(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(?:COM|LPT)[1-9\u00b9\u00b2\u00b3]) *(?:[./]|$)/i;

/**
 * What keeps Windows from holding a file of this name (Microsoft, "Naming Files, Paths, and Namespaces").
 *
 * @param name canonical (OMS 6.1.2)
 */
export function windowsNameProblem(name: string): WindowsNameProblem | undefined {
  if (CHARACTER.test(name)) return "character";
  if (ENDING.test(name)) return "ending";
  return DEVICE.test(name) ? "device" : undefined;
}

/** Whether a file of this canonical name can lie in a folder on this platform. */
export function canHoldName(name: string, platform: NodeJS.Platform): boolean {
  return platform !== "win32" || windowsNameProblem(name) === undefined;
}

const NAMED_AT_MOST = 3;

/** A warning, for a person who signs these files; undefined where Windows can hold all of their names. */
export function windowsNameWarning(files: readonly { readonly name: string }[]): string | undefined {
  const names = files.filter(({ name }) => windowsNameProblem(name) !== undefined).map(({ name }) => `"${name}"`);
  if (names.length === 0) return undefined;
  const shown = names.slice(0, NAMED_AT_MOST).join(", ");
  const more = names.length > NAMED_AT_MOST ? ` and ${names.length - NAMED_AT_MOST} more` : "";
  return `The model cannot be verified on Windows, which cannot hold the names of these files: ${shown}${more}.`;
}
