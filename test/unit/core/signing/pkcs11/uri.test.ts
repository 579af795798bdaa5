import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { findModule } from "../../../../../src/core/signing/pkcs11/find-module.ts";
import { readPinSource } from "../../../../../src/core/signing/pkcs11/open-key.ts";
import { formatPkcs11Uri, parsePkcs11Uri } from "../../../../../src/core/signing/pkcs11/uri.ts";
import { failsWith } from "../../../../support/errors.ts";
import { useTemporaryFolder, writeTree } from "../../../../support/temporary-folder.ts";

const MODULE = process.platform === "win32" ? "C:\\module.dll" : "/lib/module.so";

describe("a PKCS #11 URI", () => {
  const folder = useTemporaryFolder();

  it("has every attribute, percent-decoded", () => {
    const uri =
      "pkcs11:slot-id=7;token=The%20token%3B%C3%A9;manufacturer=M;serial=0a;model=v2;object=k%2F1;id=%00%0A%ff;type=private" +
      `?module-path=${encodeURIComponent(MODULE)}&module-name=softhsm2&pin-value=12%2634`;
    assert.deepEqual(parsePkcs11Uri(uri), {
      slotId: 7,
      token: "The token;é",
      manufacturer: "M",
      serial: "0a",
      model: "v2",
      object: "k/1",
      id: "000aff",
      modulePath: MODULE,
      moduleName: "softhsm2",
      pinValue: "12&34",
    });
  });

  it("may have only the module, unknown attributes, and an id in plain letters", () => {
    assert.deepEqual(parsePkcs11Uri("pkcs11:?module-name=x"), { moduleName: "x" });
    assert.deepEqual(parsePkcs11Uri("pkcs11:library-version=2.1;x-vendor=1;id=A%"), { id: "4125" });
  });

  it("is the same after it was formatted and parsed", () => {
    const uri = { token: "a;b=c?", serial: "ü", slotId: 3, object: "k&%", id: "00ff", modulePath: MODULE };
    assert.deepEqual(parsePkcs11Uri(formatPkcs11Uri(uri)), uri);
  });

  const wrong: readonly (readonly [string, RegExp])[] = [
    ["PKCS11:token=a", /does not start with "pkcs11:"/],
    ["pkcs11:token", /has no value/],
    ["pkcs11:token=a;", /has no value/],
    ["pkcs11:token=a?", /has no value/],
    ["pkcs11:token=a;token=b", /"token" is given twice/],
    ["pkcs11:token=a?pin-value=1&pin-value=1", /"pin-value" is given twice/],
    ["pkcs11:slot-id=-1", /slot-id/],
    ["pkcs11:slot-id=4294967296", /slot-id/],
    ["pkcs11:slot-id=one", /slot-id/],
    ["pkcs11:type=secret", /type/],
    ["pkcs11:library-version=2.", /library-version/],
    ["pkcs11:token=a?pin-value=998877&pin-source=/x", /both pin-value and pin-source/],
    ["pkcs11:token=a?module-path=lib/module.so&pin-value=998877", /module-path is not absolute/],
  ];
  for (const [uri, why] of wrong) {
    it(`is rejected without repeating its PIN: ${uri}`, async () => {
      const { message } = await failsWith("PKCS11_URI", () => parsePkcs11Uri(uri));
      assert.match(message, why);
      assert.doesNotMatch(message, /998877/);
    });
  }

  it("names a module by its path, or by the end of its name in a folder", async () => {
    writeTree(folder(), { "a/libsofthsm2.so": "", "a/libsofthsm2.so.1": "", "a/softhsm20.so": "", "a/Plain": "" });
    const modulePath = join(folder(), "a");
    const file = join(modulePath, "libsofthsm2.so");
    assert.equal(await findModule({ modulePath: file }), file);
    assert.equal(await findModule({ modulePath, moduleName: "SoftHSM2" }), file);
    assert.equal(await findModule({ modulePath, moduleName: "plain" }), join(modulePath, "Plain"));
    for (const uri of [{ modulePath, moduleName: "hsm" }, { modulePath: join(folder(), "b") }, { modulePath }, {}]) {
      await failsWith("PKCS11_MODULE", () => findModule(uri));
    }
  });

  it("may name a file with the PIN, without its line end", async () => {
    writeTree(folder(), { pin: "12 34\n", dos: "12 34\r\n", bare: "12 34" });
    for (const name of ["pin", "dos", "bare"]) assert.equal(await readPinSource(join(folder(), name)), "12 34");
    assert.equal(await readPinSource(pathToFileURL(join(folder(), "pin")).href), "12 34");
    for (const source of ["pin", "|cat pin", "https://example.com/pin", join(folder(), "none"), folder()]) {
      await failsWith("PKCS11_URI", () => readPinSource(source));
    }
  });
});
