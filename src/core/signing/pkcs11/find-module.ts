import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { ProvenanceError } from "../../errors.ts";
import type { Pkcs11Uri } from "./uri.ts";

/** Where `module-name` is looked for: the reference's folders, then those of other systems. */
const FOLDERS: readonly string[] = [
  "/usr/lib64/pkcs11",
  "/usr/lib/pkcs11",
  ...["x86_64", "aarch64"].flatMap((machine) => [`/usr/lib/${machine}-linux-gnu/pkcs11`]),
  "/usr/lib/softhsm",
  "/usr/local/lib/pkcs11",
  "/opt/homebrew/lib/pkcs11",
  "/usr/local/lib/softhsm",
  "/opt/homebrew/lib/softhsm",
  "/Library/OpenSC/lib",
];

/** Modules that a person may have, by their usual paths: those that are there. */
const USUAL: readonly string[] = [
  ...["x86_64", "aarch64"].flatMap((machine) => [
    `/usr/lib/${machine}-linux-gnu/libykcs11.so`,
    `/usr/lib/${machine}-linux-gnu/opensc-pkcs11.so`,
  ]),
  "/usr/lib64/libykcs11.so",
  "/usr/lib64/pkcs11/opensc-pkcs11.so",
  "/usr/lib64/pkcs11/libsofthsm2.so",
  "/usr/lib/softhsm/libsofthsm2.so",
  "/usr/local/lib/libykcs11.dylib",
  "/opt/homebrew/lib/libykcs11.dylib",
  "/Library/OpenSC/lib/opensc-pkcs11.so",
  "/opt/homebrew/lib/softhsm/libsofthsm2.so",
  "C:\\Program Files\\Yubico\\Yubico PIV Tool\\bin\\libykcs11.dll",
  "C:\\Program Files\\OpenSC Project\\OpenSC\\pkcs11\\opensc-pkcs11.dll",
  "C:\\SoftHSM2\\lib\\softhsm2-x64.dll",
];

/**
 * Resolves the module of a URI: `module-path` where it is a file, else the file whose name ends with `module-name`
 * (an extension aside), in the folder `module-path` or in the usual folders.
 *
 * @returns an absolute path
 * @throws ProvenanceError PKCS11_MODULE
 */
export async function findModule({ modulePath, moduleName }: Pkcs11Uri): Promise<string> {
  if (modulePath !== undefined) {
    const found = await stat(modulePath).catch(() => undefined);
    if (found === undefined) throw moduleError(modulePath, "there is no such file. Check module-path in the URI");
    if (found.isFile()) return modulePath;
    if (!found.isDirectory()) throw moduleError(modulePath, "it is neither a file nor a folder");
  }
  if (moduleName === undefined || moduleName === "") {
    throw new ProvenanceError(
      "PKCS11_MODULE",
      "The PKCS #11 URI does not name a module. Add ?module-path=/path/of/the/module.so to it, or module-name.",
    );
  }
  const folders = modulePath === undefined ? FOLDERS : [modulePath];
  for (const folder of folders) {
    const names = await readdir(folder).catch(() => []);
    const name = names.sort().find((candidate) => isNamed(candidate, moduleName));
    if (name !== undefined) return join(folder, name);
  }
  throw moduleError(moduleName, `no file of that name is in ${folders.join(", ")}. Give its path as module-path`);
}

/** The modules of {@link USUAL} that this machine has. */
export async function usualModules(): Promise<string[]> {
  const there = await Promise.all(
    USUAL.map(async (path) => (await stat(path).catch(() => undefined))?.isFile() === true),
  );
  return USUAL.filter((_, index) => there[index]);
}

/** `softhsm2` names `libsofthsm2.so`. */
function isNamed(file: string, name: string): boolean {
  const at = file.toLowerCase().indexOf(name.toLowerCase());
  const next = file[at + name.length];
  return at !== -1 && (next === undefined || next === ".");
}

export function moduleError(path: string, why: string, cause?: unknown): ProvenanceError {
  const message = `The PKCS #11 module ${path} cannot be used: ${why}.`;
  return new ProvenanceError("PKCS11_MODULE", message, { details: { path }, cause });
}
