import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sign } from "../../../../src/core/operations/sign/sign.ts";
import { verify } from "../../../../src/core/operations/verify/verify.ts";
import { createKeyPair } from "../../../../src/core/signing/create-key-pair.ts";
import { isEncryptedKey } from "../../../../src/core/signing/private-key.ts";
import { failsWith } from "../../../support/errors.ts";
import { useTemporaryFolder, writeTree } from "../../../support/temporary-folder.ts";

describe("a new key pair", () => {
  const root = useTemporaryFolder();
  const files = () => ({ privateKey: join(root(), "release.pem"), publicKey: join(root(), "release.pub") });
  const pem = (path: string) => readFileSync(path, "utf8");

  for (const passphrase of [undefined, "correct horse"]) {
    it(`signs what its public key verifies, ${passphrase === undefined ? "without" : "with"} a passphrase`, async () => {
      const { privateKey, publicKey } = files();
      await createKeyPair(files(), passphrase);
      assert.equal(isEncryptedKey(pem(privateKey)), passphrase !== undefined);
      if (process.platform !== "win32") assert.equal(statSync(privateKey).mode & 0o777, 0o600);
      writeTree(root(), { "model/weights.bin": "w" });
      const [model, signature] = [join(root(), "model"), join(root(), "model", "model.sig")];
      const source = { label: "release.pem", pem: pem(privateKey) };
      const secret = passphrase === undefined ? {} : { passphrase };
      await sign({ model, signature, identity: { method: "key", privateKey: source, ...secret } });
      const trust = { keys: [{ label: "release.pub", pem: pem(publicKey) }] };
      assert.equal((await verify({ model, signature, trust })).state, "verified");
    });
  }

  it("overwrites no file, and writes none if one of the two exists", async () => {
    const { privateKey, publicKey } = files();
    writeFileSync(publicKey, "other");
    await failsWith("USAGE", () => createKeyPair(files()));
    assert.equal(existsSync(privateKey), false);
    assert.equal(pem(publicKey), "other");
    const nowhere = { privateKey: join(root(), "no", "a.pem"), publicKey: join(root(), "a.pub") };
    await failsWith("USAGE", () => createKeyPair(nowhere));
    assert.equal(existsSync(join(root(), "a.pub")), false);
  });
});
