import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { HashPool } from "../../../../src/core/hashing/hash-pool.ts";
import { replacementText } from "../../../../src/core/operations/sign/replacement-text.ts";
import { type SignOptions, sign } from "../../../../src/core/operations/sign/sign.ts";
import { verify } from "../../../../src/core/operations/verify/verify.ts";
import type { Replacement } from "../../../../src/core/signing/replacement.ts";
import { makeChain } from "../../../support/certificates.ts";
import { damageSignature } from "../../../support/editor-workspace.ts";
import { failsWith } from "../../../support/errors.ts";
import { makeKeys } from "../../../support/keys.ts";
import { useTemporaryFolder, writeTree } from "../../../support/temporary-folder.ts";

const keys = makeKeys();
const other = makeKeys();
const byKey = (pair = keys, label = "prod.key") =>
  ({ method: "key", privateKey: { label, pem: pair.privatePem } }) as const;
const trust = { keys: [{ label: "prod.pub", pem: keys.publicPem }] };
const unread = { digest: () => assert.fail("the model was read"), dispose: async () => undefined } as never;

describe("replacing a signature", () => {
  const folder = useTemporaryFolder();
  const pool = new HashPool({ workers: 0 });
  const at = (name: string): string => join(folder(), name);
  const signIt = (options: Partial<SignOptions> = {}) =>
    sign({ model: at("llama"), signature: at("llama/model.sig"), identity: byKey(), pool, ...options });
  const text = (name: string): string => readFileSync(at(name), "utf8");
  beforeEach(() => writeTree(folder(), { "llama/model.safetensors": "weights", "llama/config.json": "{}" }));
  after(() => pool.dispose());

  describe("never overwrites", () => {
    const files: readonly (readonly [string, string, string])[] = [
      ["a file of the model", "llama/model.safetensors", "weights"],
      ["a private key", "k.pem", keys.privatePem],
      ["notes that are called like a signature", "notes.sig", "remember the milk"],
      ["an empty file", "empty.sig", ""],
      ["JSON of another kind", "config.sig", '{"payload":"e30="}'],
      ["a bare signature of another tool", "bare.sig", Buffer.alloc(64, 7).toString("base64")],
    ];
    for (const [what, name, content] of files) {
      it(`${what}, even if forced, and does not read the model`, async () => {
        writeTree(folder(), { [name]: content });
        for (const force of [false, true]) {
          const options = { signature: at(name), force, pool: unread, confirmReplacement: () => true };
          const error = await failsWith("SIGNATURE_WOULD_OVERWRITE", () => signIt(options));
          assert.ok(error.message.includes(at(name)), error.message);
          assert.equal(text(name), content);
        }
      });
    }

    it("a signature with something after it, or of another in-toto predicate", async () => {
      await signIt();
      const genuine = text("llama/model.sig");
      const bundle = JSON.parse(genuine);
      const payload = Buffer.from(bundle.dsseEnvelope.payload, "base64").toString();
      bundle.dsseEnvelope.payload = Buffer.from(payload.replace("signature/v1.0", "slsa/v1.0")).toString("base64");
      for (const content of [`${genuine}x`, `${genuine}${genuine}`, JSON.stringify(bundle)]) {
        writeFileSync(at("llama/model.sig"), content);
        await failsWith("SIGNATURE_WOULD_OVERWRITE", () => signIt({ force: true }));
        assert.equal(text("llama/model.sig"), content);
      }
    });

    it("a key or the weights behind a link", async function () {
      if (process.platform === "win32") this.skip();
      writeTree(folder(), { "k.pem": keys.privatePem });
      symlinkSync("k.pem", at("to-key.sig"));
      symlinkSync("llama/model.safetensors", at("to-weights.sig"));
      for (const name of ["to-key.sig", "to-weights.sig"]) {
        await failsWith("SIGNATURE_WOULD_OVERWRITE", () => signIt({ signature: at(name), force: true }));
        assert.ok(lstatSync(at(name)).isSymbolicLink());
      }
      assert.deepEqual([text("k.pem"), text("llama/model.safetensors")], [keys.privatePem, "weights"]);
    });

    it("what another program writes there while the model is read", async () => {
      const path = at("late.sig");
      const slow = { ...pool, digest: pool.digest.bind(pool) };
      const withNotes = {
        ...slow,
        digest: (...args: Parameters<typeof slow.digest>) => {
          writeFileSync(path, "notes");
          return slow.digest(...args);
        },
      };
      await failsWith("SIGNATURE_WOULD_OVERWRITE", () => signIt({ signature: path, pool: withNotes }));
      assert.equal(text("late.sig"), "notes");
      assert.deepEqual(readdirSync(folder()).sort(), ["late.sig", "llama"]);
    });
  });

  it("needs no confirmation for the same signer and files", async () => {
    await signIt();
    const { replaced } = await signIt({ confirmReplacement: () => assert.fail("asked") });
    assert.equal(replaced?.changes.matches, true);
    assert.equal(replaced.signer?.method, "key");
  });

  it("continues for a renamed folder with its signature in it or next to it", async () => {
    await signIt();
    await signIt({ signature: at("llama.sig"), ignorePaths: ["model.sig"] });
    renameSync(at("llama"), at("llama-2"));
    const model = at("llama-2");
    await signIt({ model, signature: at("llama-2/model.sig") });
    await signIt({ model, signature: at("llama.sig"), ignorePaths: ["model.sig"] });
    assert.equal((await verify({ model, signature: at("llama-2/model.sig"), trust, pool })).state, "verified");
  });

  it("is rejected for another model of the folder, even if both have a config.json, unless forced", async () => {
    writeTree(folder(), { "phi/config.json": "{}", "phi/weights.bin": "phi" });
    await signIt({ signature: at("model.sig") });
    const before = text("model.sig");
    const phi = { model: at("phi"), signature: at("model.sig"), pool: unread, confirmReplacement: () => true };
    const error = await failsWith("SIGNATURE_OTHER_MODEL", () => signIt(phi));
    assert.match(error.message, /the signature of another model, "llama"/);
    assert.equal(text("model.sig"), before);
    await signIt({ ...phi, pool, force: true });
    assert.equal((await verify({ ...phi, trust, pool })).state, "verified");
  });

  it("is rejected for a single file of another name", async () => {
    writeTree(folder(), { "a.gguf": "a", "b.gguf": "b" });
    await signIt({ model: at("a.gguf"), signature: at("model.sig") });
    await failsWith("SIGNATURE_OTHER_MODEL", () => signIt({ model: at("b.gguf"), signature: at("model.sig") }));
  });

  it("is rejected if another key signed, before the model is read, unless forced", async () => {
    await signIt();
    const before = text("llama/model.sig");
    const byOther = { identity: byKey(other, "other.key") };
    const untouched = statSync(at("llama")).mtimeMs;
    const error = await failsWith("SIGNATURE_OTHER_SIGNER", () => signIt({ ...byOther, pool: unread }));
    assert.match(error.message, /does not verify as yours; it claims to be by the key [0-9a-f]{12}…/);
    assert.equal(statSync(at("llama")).mtimeMs, untouched, "the folder was written to");
    assert.equal(text("llama/model.sig"), before);
    await signIt({ ...byOther, force: true });
    assert.notEqual(text("llama/model.sig"), before);
  });

  it("is rejected if the signature claims the same key and does not verify with it", async () => {
    await signIt();
    damageSignature(at("llama/model.sig"));
    await failsWith("SIGNATURE_OTHER_SIGNER", () => signIt());
  });

  it("treats a certificate for the same key as the same signer, and one for another key not", async () => {
    const { leaf } = makeChain();
    const pem = { label: "alice.pem", pem: leaf.pem };
    const certified = { ...byKey(leaf.keys), method: "certificate", certificate: pem } as const;
    await signIt({ identity: byKey(leaf.keys) });
    await signIt({ identity: certified });
    await signIt({ identity: certified });
    const stranger = makeChain().leaf;
    const identity = {
      ...byKey(stranger.keys),
      method: "certificate",
      certificate: { ...pem, pem: stranger.pem },
    } as const;
    const error = await failsWith("SIGNATURE_OTHER_SIGNER", () => signIt({ identity }));
    assert.match(error.message, /claims to be by CN=Alice,O=Example/);
  });

  it("keeps the permissions of the file", async function () {
    if (process.platform === "win32") this.skip();
    await signIt();
    chmodSync(at("llama/model.sig"), 0o600);
    await signIt();
    assert.equal(statSync(at("llama/model.sig")).mode & 0o777, 0o600);
  });

  it("replaces a symlink to a signature of the model, which is kept, by a file", async function () {
    if (process.platform === "win32") this.skip();
    await signIt({ signature: at("kept.sig") });
    const before = text("kept.sig");
    symlinkSync("../kept.sig", at("llama/model.sig"));
    await signIt();
    assert.equal(lstatSync(at("llama/model.sig")).isFile(), true);
    assert.equal(text("kept.sig"), before);
  });

  describe("by one of different files", () => {
    const asked: Replacement[] = [];
    const answer = (yes: boolean) => (replacement: Replacement) => {
      asked.push(replacement);
      return yes;
    };
    beforeEach(() => {
      asked.length = 0;
    });

    it("is rejected without a confirmation, and nothing is written", async () => {
      await signIt();
      const before = text("llama/model.sig");
      writeTree(folder(), { "llama/model.safetensors": "weightz" });
      const error = await failsWith("SIGNATURE_REPLACEMENT_DECLINED", () => signIt());
      assert.match(error.message, /1 file differs from the signature by key prod\.key: model\.safetensors\./);
      assert.equal(text("llama/model.sig"), before);
      assert.equal(
        (await verify({ model: at("llama"), signature: at("llama/model.sig"), trust, pool })).state,
        "modified",
      );
    });

    it("needs a confirmation, which lists every difference", async () => {
      await signIt();
      writeTree(folder(), { "llama/model.safetensors": "weightz", "llama/new.bin": "n" });
      const options = { ignorePaths: ["config.json"] };
      await failsWith("SIGNATURE_REPLACEMENT_DECLINED", () =>
        signIt({ ...options, confirmReplacement: answer(false) }),
      );
      const { replaced } = await signIt({ ...options, confirmReplacement: answer(true) });
      const changes = {
        matches: false,
        comparable: true,
        changed: { count: 1, names: ["model.safetensors"] },
        missing: { count: 1, names: ["config.json"] },
        added: { count: 1, names: ["new.bin"] },
      };
      assert.deepEqual(
        asked.map((one) => one.changes),
        [changes, changes],
      );
      assert.deepEqual(replaced?.changes, changes);
      assert.equal(
        replacementText(asked[0] ?? assert.fail()),
        "3 files differ from the signature by key prod.key: model.safetensors, config.json, new.bin",
      );
      assert.equal(
        (await verify({ model: at("llama"), signature: at("llama/model.sig"), trust, pool })).state,
        "verified",
      );
    });

    it("needs a confirmation if force allows another signer, whose name is a claim", async () => {
      await signIt({ identity: byKey(other) });
      writeTree(folder(), { "llama/config.json": "[]" });
      const error = await failsWith("SIGNATURE_REPLACEMENT_DECLINED", () => signIt({ force: true }));
      assert.match(
        error.message,
        /1 file differs from the signature by one who claims to be the key [0-9a-f]{12}…: config/,
      );
    });

    it("needs a confirmation if digests of another kind cannot be compared", async () => {
      await signIt({ algorithm: "blake3" });
      const error = await failsWith("SIGNATURE_REPLACEMENT_DECLINED", () => signIt());
      assert.match(error.message, /whether the files still match the signature by key prod\.key is not known/);
      await signIt({ confirmReplacement: answer(true) });
      assert.deepEqual(
        asked.map(({ changes: { comparable, changed } }) => [comparable, changed.count]),
        [[false, 0]],
      );
    });

    it("reads no file a second time for the comparison", async () => {
      await signIt();
      writeTree(folder(), { "llama/config.json": "[]" });
      const { coverage } = await signIt({ confirmReplacement: answer(true) });
      assert.equal(coverage.bytesRead, "weights".length + "[]".length);
    });
  });
});

describe("a private key in the model", () => {
  const folder = useTemporaryFolder();
  const pool = new HashPool({ workers: 0 });
  const at = (name: string): string => join(folder(), name);
  const signIt = (options: Partial<SignOptions> = {}) =>
    sign({ model: at("llama"), signature: at("llama/model.sig"), identity: byKey(), pool, ...options });
  after(() => pool.dispose());

  const service = JSON.stringify({ type: "service_account", private_key: keys.privatePem });
  const kinds: readonly (readonly [string, string])[] = [
    ["id.pem", keys.privatePem],
    ["no-ending", makeKeys("RSA").privatePem],
    ["deep/encrypted.txt", keys.privatePem.replaceAll("PRIVATE KEY", "ENCRYPTED PRIVATE KEY")],
    ["id_ed25519", `-----BEGIN OPENSSH PRIVATE KEY-----\n${Buffer.alloc(120, 3).toString("base64")}\n`],
    ["after-a-chain.crt", makeChain().leaf.pem.repeat(20) + keys.privatePem],
    ["service-account.json", service],
  ];
  for (const [name, content] of kinds) {
    it(`is reported before anything is written: ${name}`, async () => {
      writeTree(at("llama"), { "config.json": "{}", [name]: content });
      const error = await failsWith("MODEL_PRIVATE_KEY", () => signIt());
      assert.match(error.message, new RegExp(`llama was not signed: "${name}" contains a private key\\.`));
      assert.equal(existsSync(at("llama/model.sig")), false);
    });
  }

  it("may be excluded, or signed on purpose", async () => {
    writeTree(at("llama"), { "config.json": "{}", "k.pem": keys.privatePem });
    assert.equal((await signIt({ ignorePaths: ["k.pem"] })).coverage.files, 1);
    await failsWith("MODEL_PRIVATE_KEY", () => signIt({ force: true, confirmReplacement: () => true }));
    const all = await signIt({ allowPrivateKeys: true, confirmReplacement: () => true });
    assert.equal(all.coverage.files, 2);
  });

  it("is not detected in a public key, a certificate, or code and text with the header", async () => {
    writeTree(at("llama"), {
      "key.pub": keys.publicPem,
      "leaf.pem": makeChain().leaf.pem,
      "check.py": `if "-----BEGIN PRIVATE KEY-----" in text:\n    raise ValueError("do not commit ${"x".repeat(100)}")\n`,
      "README.md": `A key begins with \`-----BEGIN EC PRIVATE KEY-----\`.\n\n${"Text. ".repeat(40)}`,
    });
    assert.equal((await signIt()).coverage.files, 4);
  });
});
