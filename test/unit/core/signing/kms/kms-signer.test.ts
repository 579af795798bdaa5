import assert from "node:assert/strict";
import { pluginCandidates } from "../../../../../src/core/signing/kms/kms-signer.ts";

describe("the program of a key management plugin", () => {
  it("is looked for in the absolute folders of PATH", () => {
    assert.deepEqual(pluginCandidates("vault", "/usr/bin:.:bin::/opt/a b", "linux"), [
      "/usr/bin/sigstore-kms-vault",
      "/opt/a b/sigstore-kms-vault",
    ]);
    assert.deepEqual(pluginCandidates("vault", "", "darwin"), []);
  });

  it("is an .exe on Windows, where folders may be in quotes", () => {
    const path = 'C:\\Windows;.;bin;;"C:\\Program Files\\Vault";\\\\server\\tools';
    assert.deepEqual(pluginCandidates("vault", path, "win32"), [
      "C:\\Windows\\sigstore-kms-vault.exe",
      "C:\\Program Files\\Vault\\sigstore-kms-vault.exe",
      "\\\\server\\tools\\sigstore-kms-vault.exe",
    ]);
  });
});
