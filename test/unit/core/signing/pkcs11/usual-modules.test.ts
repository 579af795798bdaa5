import assert from "node:assert/strict";
import { posix, win32 } from "node:path";
import { usualPlaces } from "../../../../../src/core/signing/pkcs11/usual-modules.ts";

describe("the usual places of PKCS #11 modules", () => {
  const systems = {
    linux: [posix, /\.so$/],
    darwin: [posix, /\.(?:so|dylib)$/],
    win32: [win32, /\.dll$/],
  } as const;
  for (const [platform, [rules, ending]] of Object.entries(systems)) {
    it(`are those of the system: ${platform}`, () => {
      const { folders, modules, libraries } = usualPlaces(platform as keyof typeof systems);
      for (const path of [...folders, ...modules, libraries]) {
        assert.ok(rules.isAbsolute(path), path);
        // A path of the other kind would be looked for in the current folder, or on the current drive.
        assert.equal(path.includes("\\"), platform === "win32", path);
      }
      for (const module of modules) assert.match(module, ending);
    });
  }

  it("are below a folder of Windows that only an administrator can write to", () => {
    const { folders, modules } = usualPlaces("win32");
    for (const path of [...folders, ...modules]) assert.ok(path.startsWith("C:\\Program Files\\"), path);
  });
});
