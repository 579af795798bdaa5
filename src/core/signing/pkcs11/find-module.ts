import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { ProvenanceError } from "../../errors.ts";
import type { Pkcs11Uri } from "./uri.ts";
import { usualPlaces } from "./usual-modules.ts";

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
  const folders = modulePath === undefined ? usualPlaces().folders : [modulePath];
  for (const folder of folders) {
    const names = await readdir(folder).catch(() => []);
    const name = names.sort().find((candidate) => isNamed(candidate, moduleName));
    if (name !== undefined) return join(folder, name);
  }
  throw moduleError(moduleName, `no file of that name is in ${folders.join(", ")}. Give its path as module-path`);
}

/** `softhsm2` names `libsofthsm2.so`. */
function isNamed(file: string, name: string): boolean {
  const at = file.toLowerCase().indexOf(name.toLowerCase());
  const next = file[at + name.length];
  return at !== -1 && (next === undefined || next === ".");
}

export function moduleError(path: string, why: string): ProvenanceError {
  const message = `The PKCS #11 module ${path} cannot be used: ${why}.`;
  return new ProvenanceError("PKCS11_MODULE", message, { details: { path } });
}
