/** Separators, drives, streams, wildcards, and everything below the space. */
const CHARACTER = /[\\:<>"|?*]|[^ -\uffff]/;
/** Windows drops dots and spaces at the end of a component. */
const ENDING = /[. ](?:\/|$)/;
/** A device has its name in every folder, in any case and with any extension. */
const DEVICE = /(?:^|\/)(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(?:COM|LPT)[1-9\u00b9\u00b2\u00b3]) *(?:[./]|$)/i;

/**
 * Whether a file of this canonical name (OMS 6.1.2) can be in a folder on this platform: Windows cannot hold some names,
 * or opens something else under them (Microsoft, "Naming Files, Paths, and Namespaces").
 */
export function canHoldName(name: string, platform: NodeJS.Platform): boolean {
  return platform !== "win32" || ![CHARACTER, ENDING, DEVICE].some((pattern) => pattern.test(name));
}

const MAX_NAMED = 3;

/** A warning for a signer; undefined if Windows can hold all names of the files. */
export function windowsNameWarning(files: readonly { readonly name: string }[]): string | undefined {
  const names = files.filter(({ name }) => !canHoldName(name, "win32")).map(({ name }) => `"${name}"`);
  if (names.length === 0) return undefined;
  const shown = names.slice(0, MAX_NAMED).join(", ");
  const more = names.length > MAX_NAMED ? ` and ${names.length - MAX_NAMED} more` : "";
  return `The model cannot be verified on Windows, which does not support the names of these files: ${shown}${more}.`;
}
