import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { sign } from "../../src/core/operations/sign/sign.ts";
import { verify } from "../../src/core/operations/verify/verify.ts";
import type { Pkcs11Identity } from "../../src/core/signing/pkcs11/pkcs11-signer.ts";
import type { Trust } from "../../src/core/trust.ts";
import { ensureReference, type Reference, type ReferenceResult } from "../interop/reference.ts";
import { type CertificateChain, makeChain } from "../support/certificates.ts";
import { skip } from "../support/results.ts";
import { PIN, requireSoftHsm, SoftHsm } from "../support/softhsm.ts";
import { useTemporaryFolder, writeTree } from "../support/temporary-folder.ts";

describe("the reference implementation and keys in a PKCS #11 token", function () {
  this.timeout(120_000); // each run of it takes a second or two
  const folder = useTemporaryFolder();
  let module: string;
  let reference: Reference;
  let chain: CertificateChain;

  before(function () {
    this.timeout(400_000); // the first run installs it
    module = requireSoftHsm(this);
    const found = ensureReference("pkcs11");
    if ("missing" in found) return skip(this, found.missing);
    reference = found;
  });
  afterEach(() => {
    reference.library.stop();
    delete process.env["SOFTHSM2_CONF"];
  });

  const at = (name: string): string => join(folder(), name);
  const uri = (): string => `pkcs11:token=a%20token;object=prod;id=%0a?module-path=${module}&pin-value=${PIN}`;
  const theirs = (...args: string[]): ReferenceResult => reference.cli(args, folder());

  function prepare(kind: "P-256" | "P-384" | "P-521"): void {
    chain = makeChain({ root: { kind }, intermediate: { kind }, leaf: { kind } });
    const { root, intermediate, leaf } = chain;
    new SoftHsm(module, at("hsm")).addToken("a token").addKey("a token", leaf.keys, "prod", "0a");
    writeTree(folder(), {
      "model/config.json": "{}",
      "model/weights/model.bin": "weights",
      "key.pub": leaf.keys.publicPem,
      "leaf.pem": leaf.pem,
      "intermediate.pem": intermediate.pem,
      "root.pem": root.pem,
    });
  }

  function signHere(more: Partial<Pkcs11Identity> = {}): Promise<unknown> {
    const identity = { method: "pkcs11", uri: uri(), ...more } as const;
    return sign({ model: at("model"), signature: at("model.sig"), identity });
  }

  async function stateHere(trust: Trust): Promise<string> {
    return (await verify({ model: at("model"), signature: at("model.sig"), trust })).state;
  }

  const keyTrust = (): Trust => ({ keys: [{ label: "key.pub", pem: chain.leaf.keys.publicPem }] });
  const rootTrust = (): Trust => ({
    certificates: { roots: [{ label: "root.pem", pem: chain.root.pem }], identity: "alice@example.com" },
  });

  function accepted({ ok, text }: ReferenceResult): void {
    assert.ok(ok, text.slice(0, 2000));
  }

  /** Its command line cannot: see the last test. */
  function signsByLibrary(): Promise<ReferenceResult> {
    const method = {
      kind: "pkcs11-certificate",
      uri: uri(),
      certificate: "leaf.pem",
      chain: ["intermediate.pem"],
    } as const;
    const files = { model: "model", signature: "model.sig", cwd: folder() };
    return reference.library.call({ action: "sign", ...files, method, hashing: { algorithm: "sha256" } });
  }

  const tamper = (): void => writeTree(folder(), { "model/weights/model.bin": "weightz" });
  const VERIFY_KEY = ["verify", "key", "model", "--signature", "model.sig", "--public_key", "key.pub"];
  const VERIFY_ROOT = ["verify", "certificate", "model", "--signature", "model.sig", "--certificate_chain", "root.pem"];
  const SIGNATURE = ["model", "--signature", "model.sig", "--pkcs11_uri"];
  const CERTIFICATE = ["--signing_certificate", "leaf.pem", "--certificate_chain", "intermediate.pem"];

  for (const kind of ["P-256", "P-384", "P-521"] as const) {
    it(`accepts what we sign with pkcs11-key, ${kind}, and we accept what it signs`, async () => {
      prepare(kind);
      await signHere();
      accepted(theirs(...VERIFY_KEY));
      rmSync(at("model.sig"));
      accepted(theirs("sign", "pkcs11-key", ...SIGNATURE, uri()));
      assert.equal(await stateHere(keyTrust()), "verified");
      tamper();
      assert.equal(await stateHere(keyTrust()), "modified");
      assert.ok(!theirs(...VERIFY_KEY).ok);
    });

    it(`accepts what we sign with pkcs11-certificate, ${kind}, and we accept what it signs`, async () => {
      prepare(kind);
      const certificate = { label: "leaf.pem", pem: chain.leaf.pem };
      await signHere({ certificate, chain: [{ label: "intermediate.pem", pem: chain.intermediate.pem }] });
      accepted(theirs(...VERIFY_ROOT));
      rmSync(at("model.sig"));
      accepted(await signsByLibrary());
      assert.equal(await stateHere(rootTrust()), "verified");
      tamper();
      assert.equal(await stateHere(rootTrust()), "modified");
      assert.ok(!theirs(...VERIFY_ROOT).ok);
    });
  }

  const given: Readonly<Record<string, () => string>> = {
    "by the module's name in a folder": () =>
      `pkcs11:token=a%20token;object=prod?module-path=${join(module, "..")}&module-name=softhsm2&pin-value=${PIN}`,
    "by the identifier, the PIN in a file": () =>
      `pkcs11:token=a%20token;id=%0A;type=private?module-path=${module}&pin-source=${at("pin")}`,
    "the PIN in a file: URI": () =>
      `pkcs11:token=a%20token;object=prod?module-path=${module}&pin-source=file:${at("pin")}`,
  };
  for (const [what, text] of Object.entries(given)) {
    it(`accepts the URI that we accept: ${what}`, async () => {
      prepare("P-256");
      writeTree(folder(), { pin: PIN });
      accepted(theirs("sign", "pkcs11-key", ...SIGNATURE, text()));
      rmSync(at("model.sig"));
      await signHere({ uri: text() });
      assert.equal(await stateHere(keyTrust()), "verified");
    });
  }

  const rejected = [
    "token=a",
    "pkcs11:token",
    "pkcs11:token=a;token=a",
    "pkcs11:token=a;object=b?module-path=relative.so",
    "pkcs11:token=a;object=b?module-path=/absent.so&pin-value=1&pin-source=/x",
    "pkcs11:slot-id=x;object=b?module-path=/absent.so",
    "pkcs11:token=a;type=secret;object=b?module-path=/absent.so",
    "pkcs11:token=a;object=b?module-path=/absent.so",
  ];
  for (const text of rejected) {
    it(`rejects the URI that we reject: ${text}`, async () => {
      prepare("P-256");
      assert.ok(!theirs("sign", "pkcs11-key", ...SIGNATURE, text).ok);
      await assert.rejects(signHere({ uri: text }), { name: "ProvenanceError" });
    });
  }

  it("differs from us: with pkcs11-certificate, it signs and then fails to write the signature", () => {
    prepare("P-384");
    const { ok, text } = theirs("sign", "pkcs11-certificate", ...SIGNATURE, uri(), ...CERTIFICATE);
    assert.ok(!ok, "the reference has changed: call its command line above");
    assert.match(text, /X509Certificate|VerificationMaterial/);
  });
});
