import { stat } from "node:fs/promises";

interface ModulePlaces {
  /** Where `module-name` is looked for. */
  readonly folders: readonly string[];
  /** Modules that a person may have. */
  readonly modules: readonly string[];
  /** Where a dialog for another one begins. */
  readonly libraries: string;
}

const DEBIAN = ["x86_64", "aarch64"].map((machine) => `/usr/lib/${machine}-linux-gnu`);

const LINUX: ModulePlaces = {
  // The reference's folders first.
  folders: [
    "/usr/lib64/pkcs11",
    "/usr/lib/pkcs11",
    ...DEBIAN.map((folder) => `${folder}/pkcs11`),
    "/usr/lib/softhsm",
    "/usr/local/lib/pkcs11",
    "/usr/local/lib/softhsm",
  ],
  modules: [
    ...DEBIAN.flatMap((folder) => [`${folder}/libykcs11.so`, `${folder}/opensc-pkcs11.so`]),
    "/usr/lib64/libykcs11.so",
    "/usr/lib64/pkcs11/opensc-pkcs11.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/lib/softhsm/libsofthsm2.so",
  ],
  libraries: "/usr/lib",
};

const MACOS: ModulePlaces = {
  folders: [
    "/opt/homebrew/lib/pkcs11",
    "/opt/homebrew/lib/softhsm",
    "/usr/local/lib/pkcs11",
    "/usr/local/lib/softhsm",
    "/Library/OpenSC/lib",
  ],
  modules: [
    "/opt/homebrew/lib/libykcs11.dylib",
    "/usr/local/lib/libykcs11.dylib",
    "/Library/OpenSC/lib/opensc-pkcs11.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
  ],
  libraries: "/usr/local/lib",
};

const WINDOWS: ModulePlaces = {
  folders: ["C:\\Program Files\\Yubico\\Yubico PIV Tool\\bin", "C:\\Program Files\\OpenSC Project\\OpenSC\\pkcs11"],
  modules: [
    "C:\\Program Files\\Yubico\\Yubico PIV Tool\\bin\\libykcs11.dll",
    "C:\\Program Files\\OpenSC Project\\OpenSC\\pkcs11\\opensc-pkcs11.dll",
  ],
  libraries: "C:\\Program Files",
};

/**
 * Where modules usually are on a system, absolute there. Those of another system are not looked for: `C:\…` would be a
 * file of the current folder, and anyone may create `C:\usr` or `C:\SoftHSM2`.
 */
export function usualPlaces(platform: NodeJS.Platform = process.platform): ModulePlaces {
  if (platform === "win32") return WINDOWS;
  return platform === "darwin" ? MACOS : LINUX;
}

export async function usualModules(): Promise<string[]> {
  const { modules } = usualPlaces();
  const there = await Promise.all(
    modules.map(async (path) => (await stat(path).catch(() => undefined))?.isFile() === true),
  );
  return modules.filter((_, index) => there[index]);
}
