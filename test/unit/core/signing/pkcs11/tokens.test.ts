import assert from "node:assert/strict";
import { createPublicKey } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ErrorCode, ProvenanceError } from "../../../../../src/core/errors.ts";
import { sign } from "../../../../../src/core/operations/sign/sign.ts";
import { verify } from "../../../../../src/core/operations/verify/verify.ts";
import type { Pkcs11Identity } from "../../../../../src/core/signing/pkcs11/pkcs11-signer.ts";
import { formatPkcs11Uri, type Pkcs11Uri } from "../../../../../src/core/signing/pkcs11/uri.ts";
import type { Trust } from "../../../../../src/core/trust.ts";
import { makeCertificate, makeChain } from "../../../../support/certificates.ts";
import { failsWith } from "../../../../support/errors.ts";
import { type KeyPair, makeKeys } from "../../../../support/keys.ts";
import { skip } from "../../../../support/results.ts";
import { compileFaultyModule, PIN, requireSoftHsm, SoftHsm } from "../../../../support/softhsm.ts";
import { useTemporaryFolder, writeTree } from "../../../../support/temporary-folder.ts";

/** Milliseconds: a module that does not answer is ended in this time. */
const TIMEOUT = 700;

describe("a key in a PKCS #11 token", function () {
  this.timeout(60_000);
  const folder = useTemporaryFolder();
  let module: string;
  let hsm: SoftHsm;
  let keys: KeyPair;

  before(function () {
    module = requireSoftHsm(this);
  });
  beforeEach(() => {
    keys = makeKeys();
    hsm = new SoftHsm(module, join(folder(), "hsm")).addToken("release");
    writeTree(folder(), { "model/weights.bin": "weights", "model/config.json": "{}" });
  });
  afterEach(() => {
    for (const name of ["SOFTHSM2_CONF", "FAULTY_PKCS11", "FAULTY_PKCS11_REAL"]) delete process.env[name];
  });

  const model = (): string => join(folder(), "model");
  const signature = (): string => join(folder(), "model.sig");
  const uri = (parts: Pkcs11Uri = {}): string => formatPkcs11Uri({ token: "release", modulePath: module, ...parts });

  function signs(parts: Pkcs11Uri = {}, more: Partial<Pkcs11Identity> = {}): Promise<unknown> {
    const identity = { method: "pkcs11", uri: uri(parts), pin: () => PIN, ...more } as const;
    return sign({ model: model(), signature: signature(), identity });
  }

  async function rejects(
    code: ErrorCode,
    parts: Pkcs11Uri,
    more: Partial<Pkcs11Identity> = {},
  ): Promise<ProvenanceError> {
    const error = await failsWith(code, () => signs(parts, more));
    assert.ok(!existsSync(signature()), "a signature was written");
    return error;
  }

  async function stateWith(trust: Trust): Promise<string> {
    return (await verify({ model: model(), signature: signature(), trust })).state;
  }

  const trustIn = ({ publicPem }: KeyPair): Trust => ({ keys: [{ label: "public", pem: publicPem }] });

  for (const kind of ["P-256", "P-384", "P-521"] as const) {
    it(`signs with ${kind}, and what it signed verifies with the public key`, async () => {
      keys = makeKeys(kind);
      hsm.addKey("release", keys, "prod", "01");
      await signs({ object: "prod" });
      assert.equal(await stateWith(trustIn(keys)), "verified");
      assert.notEqual(await stateWith(trustIn(makeKeys(kind))), "verified");
    });
  }

  it("may be generated in the token, and require the PIN for each signature", async () => {
    hsm.tool("release", "--keypairgen", "--key-type", "EC:prime256v1", "--label", "piv", "--id", "9c", "--always-auth");
    hsm.tool("release", "--read-object", "--type", "pubkey", "--id", "9c", "-o", join(folder(), "public.der"));
    await signs({ id: "9c" });
    const key = createPublicKey({ key: readFileSync(join(folder(), "public.der")), format: "der", type: "spki" });
    const pem = key.export({ type: "spki", format: "pem" }).toString();
    assert.equal(await stateWith({ keys: [{ label: "piv", pem }] }), "verified");
  });

  it("is found in the right one of several tokens, by label, serial number or slot", async () => {
    const other = makeKeys();
    hsm.addToken("staging").addKey("staging", other, "prod", "01").addKey("release", keys, "prod", "01");
    await signs({ object: "prod" });
    assert.equal(await stateWith(trustIn(keys)), "verified");
    const { message } = await failsWith("PKCS11_TOKEN", () =>
      signs({}, { uri: formatPkcs11Uri({ object: "prod", modulePath: module }) }),
    );
    assert.match(message, /could mean 2 tokens: .*"release" \(serial/);
    const [, serial = "", slot = ""] = /"staging" \(serial (\w+), slot-id (\d+)\)/.exec(message) ?? [];
    const bySlot = formatPkcs11Uri({ slotId: Number(slot), object: "prod", modulePath: module });
    for (const text of [bySlot, formatPkcs11Uri({ serial, id: "01", modulePath: module })]) {
      const identity = { method: "pkcs11", uri: text, pin: () => PIN } as const;
      await sign({ model: model(), signature: signature(), identity, force: true });
      assert.equal(await stateWith(trustIn(other)), "verified");
    }
  });

  it("is rejected if the token is missing, or not the one in the slot", async () => {
    const { message } = await rejects("PKCS11_TOKEN", { token: "absent", object: "prod" });
    assert.match(message, /"release" \(serial/);
    await rejects("PKCS11_TOKEN", { slotId: 12345, object: "prod" });
  });

  it("is rejected if it is missing, if two have its label, and if it is not EC", async () => {
    hsm.addKey("release", keys, "prod", "01").addKey("release", makeKeys(), "prod", "02");
    hsm.addKey("release", makeKeys("RSA"), "rsa", "03");
    assert.match((await rejects("PKCS11_KEY", { object: "none" })).message, /"prod" \(id 01\), "prod" \(id 02\)/);
    assert.match((await rejects("PKCS11_KEY", { object: "prod" })).message, /2 keys .*id 01.*id 02/);
    assert.match((await rejects("KEY_UNSUPPORTED", { object: "rsa" })).message, /not an EC key/);
    await signs({ object: "prod", id: "01" });
    assert.equal(await stateWith(trustIn(keys)), "verified");
  });

  describe("and its PIN", () => {
    beforeEach(() => {
      hsm.addKey("release", keys, "prod", "01");
    });

    it("is taken from the URI, or from a file that it names, and then not asked for", async () => {
      const pin = () => assert.fail("asked");
      await signs({}, { uri: `${uri({ object: "prod" })}&pin-value=${PIN}`, pin });
      writeFileSync(join(folder(), "pin"), `${PIN}\n`);
      const source = encodeURIComponent(join(folder(), "pin"));
      await sign({
        model: model(),
        signature: signature(),
        identity: { method: "pkcs11", uri: `${uri({ object: "prod" })}&pin-source=${source}`, pin },
      });
      assert.equal(await stateWith(trustIn(keys)), "verified");
    });

    it("is reported as wrong once, and never retried", async () => {
      let asked = 0;
      const pin = () => {
        asked++;
        return "998877";
      };
      const { message } = await rejects("PKCS11_PIN_WRONG", { object: "prod" }, { pin });
      assert.match(message, /"release" is wrong/);
      assert.doesNotMatch(message, /998877/);
      assert.equal(asked, 1);
    });

    it("is missing if the URI has none and there is no prompt", async () => {
      const identity = { method: "pkcs11", uri: uri({ object: "prod" }) } as const;
      await failsWith("PKCS11_PIN_REQUIRED", () => sign({ model: model(), signature: signature(), identity }));
    });

    it("is not requested if it is locked, and the last attempt is announced", async function () {
      const faulty = compileFaultyModule(this);
      process.env["FAULTY_PKCS11_REAL"] = module;
      const pin = () => assert.fail("asked");
      process.env["FAULTY_PKCS11"] = "GetTokenInfo=flags:0x40000";
      await rejects("PKCS11_PIN_LOCKED", { object: "prod", modulePath: faulty }, { pin });
      process.env["FAULTY_PKCS11"] = "Login=0xa4";
      await rejects("PKCS11_PIN_LOCKED", { object: "prod", modulePath: faulty });
      process.env["FAULTY_PKCS11"] = "GetTokenInfo=flags:0x20000";
      const last: boolean[] = [];
      const wrong: Pkcs11Identity["pin"] = ({ pinFinalTry }) => {
        last.push(pinFinalTry);
        return "wrong";
      };
      const { message } = await rejects("PKCS11_PIN_WRONG", { object: "prod", modulePath: faulty }, { pin: wrong });
      assert.deepEqual(last, [true]);
      assert.match(message, /One more wrong PIN locks the token/);
    });
  });

  describe("and a certificate", () => {
    it("signs with the certificate in a file, or with the one of the token", async () => {
      const { root, intermediate, leaf } = makeChain();
      hsm.addKey("release", leaf.keys, "alice", "01").addCertificate("release", leaf.der, "alice", "01");
      const chain = [{ label: "intermediate", pem: intermediate.pem }];
      const trust = { certificates: { roots: [{ label: "root", pem: root.pem }], identity: "alice@example.com" } };
      await signs({ object: "alice" }, { certificate: { label: "leaf", pem: leaf.pem }, chain });
      assert.equal(await stateWith(trust), "verified");
      await signs({ object: "alice" }, { certificate: "token", chain });
      assert.equal(await stateWith(trust), "verified");
    });

    it("is rejected if the token has none for the key, or one for another key", async () => {
      const { leaf } = makeChain();
      hsm.addKey("release", keys, "prod", "01").addCertificate("release", leaf.der, "alice", "02");
      await rejects("PKCS11_CERTIFICATE", { object: "prod" }, { certificate: "token" });
      const certificate = { label: "leaf", pem: leaf.pem };
      await rejects("CERTIFICATE_KEY_MISMATCH", { object: "prod" }, { certificate });
    });

    it("provides the public key that the token lacks", async () => {
      const { root, leaf } = makeChain();
      hsm
        .addKey("release", leaf.keys, "alice", "01")
        .tool("release", "--delete-object", "--type", "pubkey", "--id", "01");
      await rejects("PKCS11_KEY", { object: "alice" });
      await signs({ object: "alice" }, { certificate: { label: "leaf", pem: leaf.pem } });
      assert.ok(existsSync(signature()));
      assert.notEqual(root.pem, leaf.pem);
    });

    it("of another key under the same id does not sign: the signature is verified before it is written", async () => {
      const other = makeCertificate({ subject: "Other" });
      hsm.addKey("release", keys, "prod", "01").addCertificate("release", other.der, "prod", "01");
      hsm.tool("release", "--delete-object", "--type", "pubkey", "--id", "01");
      const { message } = await rejects("SIGNATURE_SELF_CHECK", { object: "prod" });
      assert.match(message, /does not verify with the public key/);
    });
  });

  describe("and a module that", () => {
    let faulty: string;
    before(function () {
      faulty = compileFaultyModule(this);
    });
    beforeEach(() => {
      hsm.addKey("release", keys, "prod", "01");
      process.env["FAULTY_PKCS11_REAL"] = module;
    });

    it("is not there, or is not one, is named in the error", async () => {
      const absent = join(folder(), "absent.so");
      assert.match((await rejects("PKCS11_MODULE", { object: "prod", modulePath: absent })).message, /no such file/);
      const text = join(folder(), "text.so");
      writeFileSync(text, "not a library");
      const { message } = await rejects("PKCS11_MODULE", { object: "prod", modulePath: text });
      assert.ok(message.includes(text), message);
      const other = process.execPath;
      await rejects("PKCS11_MODULE", { object: "prod", modulePath: other });
    });

    for (const call of ["Initialize", "GetTokenInfo", "Login", "Sign"]) {
      it(`crashes in C_${call} ends its own process only`, async () => {
        process.env["FAULTY_PKCS11"] = `${call}=crash`;
        const { message } = await rejects("PKCS11_MODULE_FAILED", { object: "prod", modulePath: faulty });
        assert.match(message, /its process ended \(SIGSEGV\)/);
      });

      it(`hangs in C_${call} is ended`, async () => {
        process.env["FAULTY_PKCS11"] = `${call}=hang`;
        const parts = { object: "prod", modulePath: faulty };
        const { message } = await rejects("PKCS11_MODULE_FAILED", parts, { timeout: TIMEOUT });
        assert.match(message, /did not answer within 0\.7 seconds/);
      });
    }

    it("returns an error is reported by the error's name", async () => {
      process.env["FAULTY_PKCS11"] = "Sign=0x30";
      const { message } = await rejects("PKCS11_FAILED", { object: "prod", modulePath: faulty });
      assert.match(message, /C_Sign returned CKR_DEVICE_ERROR/);
    });

    it("returns a wrong signature writes nothing", async () => {
      process.env["FAULTY_PKCS11"] = "Sign=0";
      await rejects("SIGNATURE_SELF_CHECK", { object: "prod", modulePath: faulty });
    });

    it("receives the PIN by a pipe has it neither in arguments nor in environment", async function () {
      if (process.platform !== "linux") return skip(this, "reads /proc");
      hsm.addToken("long", "pin-of-this-test").addKey("long", keys, "prod", "01", "pin-of-this-test");
      process.env["FAULTY_PKCS11"] = "Sign=hang";
      const started = new AbortController();
      const identity = {
        method: "pkcs11",
        uri: `${uri({ token: "long", object: "prod", modulePath: faulty })}&pin-value=pin-of-this-test`,
      } as const;
      const options = { model: model(), signature: signature(), identity, signal: started.signal };
      const failed = failsWith("CANCELLED", () => sign(options));
      const children = () => readFileSync(`/proc/self/task/${process.pid}/children`, "utf8").trim();
      while (children() === "") await new Promise(setImmediate);
      for (const child of children().split(" ")) {
        const seen = ["cmdline", "environ"].map((name) => readFileSync(`/proc/${child}/${name}`, "utf8")).join();
        assert.match(seen, /pkcs11-process/);
        assert.doesNotMatch(seen, /pin-of-this-test/);
      }
      started.abort();
      await failed;
    });

    it("hangs is left at once on cancellation", async () => {
      process.env["FAULTY_PKCS11"] = "Sign=hang";
      const identity = { method: "pkcs11", uri: uri({ object: "prod", modulePath: faulty }), pin: () => PIN } as const;
      const signal = AbortSignal.timeout(TIMEOUT);
      await failsWith("CANCELLED", () => sign({ model: model(), signature: signature(), identity, signal }));
    });
  });
});
