import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createPrivateKey, generateKeyPairSync, sign } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseBundle } from "../../../../src/core/bundle/parse-bundle.ts";
import { ProvenanceError } from "../../../../src/core/errors.ts";
import { bundleText, fileResources, makeStatement, signBundle } from "../../../support/bundles.ts";
import { makeKeys } from "../../../support/keys.ts";
import { skip } from "../../../support/results.ts";
import { useTemporaryFolder, writeTree } from "../../../support/temporary-folder.ts";

const MINISIGN = [
  "untrusted comment: signature from minisign secret key",
  "RUQf6LRCGA9i559r3g7V1qNyJDApGip8MfqcadIgT9CuhV3EMhHoN1mGTkUidF/z7SrlQgXdy8ofjb7bNJJylDOocrCo8KLzZwo=",
  "trusted comment: timestamp:1633700835\tfile:test\tprehashed",
  "wLMDjy9FLAuxZ3q4NlEvkgtyhrr0gtTu6KC4KBJdITbbOeAi1zBIYo0v4iTgt8jJpIidRJnp94ABQkJAgAooBQ==",
  "",
].join("\n");

/** The tool that the error names; undefined where there is none, or another error. */
function foreignTool(bytes: Buffer): unknown {
  try {
    parseBundle(bytes, "model.sig");
  } catch (error) {
    if (error instanceof ProvenanceError && error.code === "BUNDLE_FOREIGN_SIGNATURE") return error.details["tool"];
  }
  return undefined;
}

describe("a signature file of another tool", () => {
  const folder = useTemporaryFolder();
  const run = (command: string, ...args: string[]): void => {
    execFileSync(command, args, { cwd: folder(), stdio: "ignore", env: { ...process.env, GNUPGHOME: folder() } });
  };
  const exists = (command: string, ...args: string[]): boolean => {
    try {
      execFileSync(command, args, { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  };

  it("is recognized as minisign's", () => {
    assert.equal(foreignTool(Buffer.from(MINISIGN)), "minisign");
    assert.throws(() => parseBundle(Buffer.from(MINISIGN), "model.sig"), {
      code: "BUNDLE_FOREIGN_SIGNATURE",
      message:
        "model.sig is a minisign signature over one file, not an OMS signature. It says nothing about this model.",
    });
  });

  it("is recognized as minisign's, written by minisign itself", function () {
    if (!exists("minisign", "-v")) skip(this, "needs minisign");
    writeTree(folder(), { weights: "w" });
    run("minisign", "-G", "-W", "-p", "key.pub", "-s", "key.sec");
    run("minisign", "-S", "-s", "key.sec", "-m", "weights", "-x", "model.sig");
    assert.equal(foreignTool(readFileSync(join(folder(), "model.sig"))), "minisign");
  });

  for (const [form, option] of [
    ["armoured", "--armor"],
    ["binary", "--no-armor"],
  ] as const) {
    it(`is recognized as GPG's, ${form}, written by GPG itself`, function () {
      if (!exists("gpg", "--version")) skip(this, "needs gpg");
      this.timeout(60_000);
      mkdirSync(join(folder(), "private-keys-v1.d"), { mode: 0o700 });
      writeTree(folder(), { weights: "w" });
      const quiet = ["--batch", "--quiet", "--passphrase", "", "--pinentry-mode", "loopback"];
      run("gpg", ...quiet, "--quick-gen-key", "test@example.org", "ed25519", "sign", "never");
      run("gpg", ...quiet, option, "--detach-sign", "-o", "model.sig", "weights");
      assert.equal(foreignTool(readFileSync(join(folder(), "model.sig"))), "gpg");
      run("gpgconf", "--kill", "gpg-agent");
    });
  }

  it("is recognized as cosign's: a bare signature, and its own bundle", () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
    const bare = sign(
      "sha256",
      Buffer.from("weights"),
      createPrivateKey(privateKey.export({ type: "sec1", format: "pem" })),
    );
    assert.equal(foreignTool(Buffer.from(bare.toString("base64"))), "cosign");
    const bundle = { base64Signature: bare.toString("base64"), cert: "", rekorBundle: { SignedEntryTimestamp: "" } };
    assert.equal(foreignTool(Buffer.from(JSON.stringify(bundle))), "cosign");
  });

  it("is recognized as a Sigstore bundle over one file", () => {
    const bundle = {
      mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
      verificationMaterial: { certificate: { rawBytes: "AA==" }, tlogEntries: [] },
      messageSignature: { messageDigest: { algorithm: "SHA2_256", digest: "AA==" }, signature: "AA==" },
    };
    assert.throws(() => parseBundle(Buffer.from(JSON.stringify(bundle)), "model.sig"), {
      code: "BUNDLE_FOREIGN_SIGNATURE",
      message: /^model\.sig is a Sigstore signature \(cosign or sigstore\) over one file, not an OMS signature\./,
    });
  });

  it("does not include OMS signatures and other files", () => {
    const oms = bundleText(signBundle(makeStatement(fileResources({ a: "a" })), { keys: makeKeys() }));
    const others = [
      oms,
      "",
      "{}",
      "import os\nos.system('x')\n",
      `${MINISIGN}import os\n`,
      MINISIGN.replace("trusted comment", "comment"),
      '{"messageSignature": 7}',
      JSON.stringify({ base64Signature: 7 }),
      "MEUCIQDVfqQw",
    ];
    for (const text of others) assert.equal(foreignTool(Buffer.from(text)), undefined, text.slice(0, 80));
  });

  it("is reported as invalid", () => {
    const code = "-----BEGIN PGP SIGNATURE-----\n\nimport os\n";
    assert.throws(() => parseBundle(Buffer.from(code), "model.sig"), {
      code: "BUNDLE_FOREIGN_SIGNATURE",
      kind: "invalid",
    });
    assert.throws(() => parseBundle(Buffer.from("import os\n"), "model.sig"), { kind: "invalid" });
  });
});
