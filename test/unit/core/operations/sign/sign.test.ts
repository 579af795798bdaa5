import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { parseBundle } from "../../../../../src/core/bundle/parse-bundle.ts";
import { parseStatement } from "../../../../../src/core/bundle/statement.ts";
import { HashPool } from "../../../../../src/core/hashing/hash-pool.ts";
import { digest } from "../../../../../src/core/operations/digest/digest.ts";
import { inspect } from "../../../../../src/core/operations/inspect.ts";
import { defaultSignaturePath, type SignOptions, sign } from "../../../../../src/core/operations/sign/sign.ts";
import { verify } from "../../../../../src/core/operations/verify/verify.ts";
import { makeCertificate, makeChain } from "../../../../support/certificates.ts";
import { failsWith } from "../../../../support/errors.ts";
import { makeKeys, privatePem } from "../../../../support/keys.ts";
import { useTemporaryFolder, writeTree } from "../../../../support/temporary-folder.ts";

const keys = makeKeys();
const pool = new HashPool({ workers: 0 });
const identity = { method: "key", privateKey: { label: "prod.key", pem: keys.privatePem } } as const;
const trust = { keys: [{ label: "prod.pub", pem: keys.publicPem }] };
const FILES = {
  "config.json": "{}",
  "weights/a.bin": "0123456789",
  "weights/b.bin": "",
  ".gitattributes": "x",
  "notes.txt": "n",
};

describe("signing", () => {
  const folder = useTemporaryFolder();
  const model = () => join(folder(), "llama");
  const signature = () => join(model(), "model.sig");
  const signIt = (options: Partial<SignOptions> = {}) =>
    sign({ model: model(), signature: signature(), identity, pool, ...options });
  const verifyIt = () => verify({ model: model(), signature: signature(), trust, pool });
  beforeEach(() => writeTree(model(), FILES));
  after(() => pool.dispose());

  it("signs a folder, verifies what it wrote, and leaves nothing else", async () => {
    const result = await signIt({ ignorePaths: ["notes.txt"] });
    assert.equal(result.signer.method, "key");
    assert.equal(result.coverage.files, 3);
    assert.equal(result.coverage.bytes, 12);
    assert.deepEqual(
      result.coverage.ignored.map(({ name, source }) => [name, source]),
      [
        [".gitattributes", "default"],
        ["notes.txt", "caller"],
      ],
    );
    const verdict = await verifyIt();
    assert.equal(verdict.state, "verified");
    assert.equal(verdict.rootDigest, result.rootDigest);
    assert.deepEqual(readdirSync(folder()), ["llama"]);
    assert.deepEqual(readdirSync(model()).sort(), [
      ".gitattributes",
      "config.json",
      "model.sig",
      "notes.txt",
      "weights",
    ]);
  });

  it("writes the bundle of the specification: v0.3, the key's hint, compact JSON with a final LF", async () => {
    await signIt();
    const text = readFileSync(signature(), "utf8");
    assert.ok(text.endsWith("}\n") && !text.slice(0, -1).includes("\n"));
    const json = JSON.parse(text);
    assert.equal(json.mediaType, "application/vnd.dev.sigstore.bundle.v0.3+json");
    assert.deepEqual(Object.keys(json.verificationMaterial), ["publicKey", "tlogEntries"]);
    assert.match(json.verificationMaterial.publicKey.hint, /^[0-9a-f]{64}$/);
  });

  it("writes the same statement for the same model", async () => {
    const payload = async () => {
      await signIt({ ignorePaths: ["notes.txt"] });
      return parseBundle(readFileSync(signature()), "model.sig").envelope.payload;
    };
    const first = await payload();
    assert.ok((await payload()).equals(first));
    const statement = JSON.parse(first.toString());
    assert.equal(statement.subject[0].name, "llama");
    assert.deepEqual(statement.predicate.serialization, {
      method: "files",
      hash_type: "sha256",
      allow_symlinks: false,
      ignore_paths: [".git", ".gitattributes", ".github", ".gitignore", "model.sig", "notes.txt"],
    });
  });

  it("writes shards, and omits empty files", async () => {
    const result = await signIt({ shardSize: 4, algorithm: "blake3" });
    assert.deepEqual(result.coverage.empty, ["weights/b.bin"]);
    const { manifest } = parseStatement(parseBundle(readFileSync(signature()), "m").envelope.payload, "m");
    assert.deepEqual(
      manifest.resources.map(({ name }) => name),
      ["config.json:0:2", "notes.txt:0:1", "weights/a.bin:0:4", "weights/a.bin:4:8", "weights/a.bin:8:10"],
    );
    assert.equal((await verifyIt()).state, "verified");
  });

  it("signs a single file by its name", async () => {
    const file = join(model(), "config.json");
    const path = defaultSignaturePath(file, "file");
    assert.equal(path, `${file}.sig`);
    await sign({ model: file, signature: path, identity, pool });
    const { manifest, subjectName } = parseStatement(parseBundle(readFileSync(path), "m").envelope.payload, "m");
    assert.deepEqual(
      manifest.resources.map(({ name }) => name),
      ["config.json"],
    );
    assert.deepEqual(manifest.serialization.ignorePaths, []);
    assert.equal(subjectName, "config.json");
    assert.equal((await verify({ model: file, signature: path, trust, pool })).state, "verified");
  });

  it("signs git's files if asked to, and the verifier needs no flag for it", async () => {
    await signIt({ ignoreGitPaths: false });
    const verdict = await verifyIt();
    assert.equal(verdict.state, "verified");
    assert.equal(verdict.coverage?.files, 5);
    writeTree(model(), { ".gitattributes": "y" });
    assert.equal((await verifyIt()).state, "modified");
  });

  it("follows symlinks if allowed, and reports which lead outside", async function () {
    if (process.platform === "win32") this.skip();
    writeTree(folder(), { "blobs/1": "blob" });
    symlinkSync(join(folder(), "blobs/1"), join(model(), "linked.bin"));
    const error = await failsWith("MODEL_SYMLINK", () => signIt());
    assert.match(error.message, /"linked\.bin" is a symbolic link/);
    assert.ok(!existsSync(signature()));
    const { warnings } = await signIt({ allowSymlinks: true });
    assert.match(warnings.join(), /"linked\.bin" is a link to a file outside/);
    assert.equal((await verifyIt()).state, "verified");
  });

  it("signs with a certificate and its chain", async () => {
    const { leaf, intermediate, root } = makeChain();
    const certificate = {
      method: "certificate",
      privateKey: { label: "alice.key", pem: privatePem(leaf.keys, "sec1", "secret") },
      passphrase: "secret",
      certificate: { label: "alice.pem", pem: leaf.pem },
      chain: [{ label: "chain.pem", pem: intermediate.pem + root.pem }],
    } as const;
    const { signer } = await signIt({ identity: certificate });
    assert.equal(signer.method === "certificate" && signer.subject, "CN=Alice,O=Example");
    const roots = [{ label: "root.pem", pem: root.pem }];
    const verdict = await verify({
      model: model(),
      signature: signature(),
      trust: { certificates: { roots } },
      pool,
    });
    assert.equal(verdict.state, "verified");
    const inspected = await inspect(signature());
    assert.equal(inspected.claimedSigner, "CN=Alice,O=Example");
    assert.deepEqual(
      inspected.claims.map(({ name }) => name),
      ["subject", "issuer", "alternative names", "valid from", "valid until", "certificate 1", "certificate 2"],
    );
  });

  describe("rejects, and writes nothing:", () => {
    const day = 86_400_000;
    const withCertificate = (options: Parameters<typeof makeChain>[0], chain = "", key = "") => {
      const { leaf } = makeChain(options);
      return {
        method: "certificate",
        privateKey: { label: "a.key", pem: key || leaf.keys.privatePem },
        certificate: { label: "a.pem", pem: leaf.pem },
        chain: chain === "" ? [] : [{ label: "chain.pem", pem: chain }],
      } as const;
    };
    const expired = { notBefore: new Date(Date.now() - 9 * day), notAfter: new Date(Date.now() - day) };
    const tomorrow = { notBefore: new Date(Date.now() + day) };
    const refused: readonly (readonly [string, Parameters<typeof failsWith>[0], () => Partial<SignOptions>])[] = [
      [
        "an encrypted key without passphrase",
        "KEY_PASSPHRASE_REQUIRED",
        () => ({ identity: { ...identity, privateKey: { label: "k", pem: privatePem(keys, "pkcs8", "x") } } }),
      ],
      [
        "an RSA key",
        "KEY_UNSUPPORTED",
        () => ({ identity: { ...identity, privateKey: { label: "k", pem: makeKeys("RSA").privatePem } } }),
      ],
      [
        "a certificate of another key",
        "CERTIFICATE_KEY_MISMATCH",
        () => ({ identity: withCertificate({}, "", keys.privatePem) }),
      ],
      ["an expired certificate", "CERTIFICATE_EXPIRED", () => ({ identity: withCertificate({ leaf: expired }) })],
      [
        "a certificate of tomorrow",
        "CERTIFICATE_NOT_YET_VALID",
        () => ({ identity: withCertificate({ leaf: tomorrow }) }),
      ],
      [
        "an expired certificate in the chain",
        "CERTIFICATE_EXPIRED",
        () => ({ identity: withCertificate({}, makeCertificate({ subject: "I", ca: true, ...expired }).pem) }),
      ],
      [
        "a certificate that may not sign",
        "CERTIFICATE_USAGE",
        () => ({ identity: withCertificate({ leaf: { keyUsage: ["keyEncipherment"], extendedKeyUsage: [] } }) }),
      ],
      [
        "a certificate file without one",
        "CERTIFICATE_UNREADABLE",
        () => ({ identity: { ...withCertificate({}), certificate: { label: "a.pem", pem: "" } } }),
      ],
      ["a model that is not there", "MODEL_NOT_FOUND", () => ({ model: join(folder(), "missing") })],
      ["a pattern as a path to ignore", "IGNORE_PATH", () => ({ ignorePaths: ["*.txt"] })],
      [
        "a model of which everything is excluded",
        "MODEL_EMPTY",
        () => ({ ignorePaths: ["config.json", "weights", "notes.txt"] }),
      ],
      [
        "a signature in a folder that is not there",
        "SIGNATURE_UNWRITABLE",
        () => ({ signature: join(folder(), "missing", "model.sig") }),
      ],
      ["a signature that is a folder", "SIGNATURE_WOULD_OVERWRITE", () => ({ signature: join(model(), "weights") })],
      [
        "a signature that is the model",
        "SIGNATURE_WOULD_OVERWRITE",
        () => ({ model: join(model(), "config.json"), signature: join(model(), "config.json") }),
      ],
      ["a cancelled request", "CANCELLED", () => ({ signal: AbortSignal.abort() })],
    ];
    for (const [name, code, options] of refused) {
      it(name, async () => {
        await failsWith(code, () => signIt(options()));
        assert.ok(!existsSync(signature()));
        assert.equal(readFileSync(join(model(), "config.json"), "utf8"), "{}");
      });
    }

    it("an empty folder, and one with empty files only in shards", async () => {
      writeTree(folder(), { "none/": "", "hollow/a": "" });
      const none = await failsWith("MODEL_EMPTY", () => signIt({ model: join(folder(), "none") }));
      assert.match(none.message, /none cannot be signed: there is no file in it/);
      await failsWith("MODEL_EMPTY", () => signIt({ model: join(folder(), "hollow"), shardSize: 8 }));
    });

    it("and keeps an existing signature", async () => {
      await signIt();
      const old = readFileSync(signature(), "utf8");
      const changing = { ...pool, digest: () => Promise.reject(new Error("disk on fire")) };
      await assert.rejects(signIt({ pool: changing }), /disk on fire/);
      assert.equal(readFileSync(signature(), "utf8"), old);
    });

    it("and reports how many entries cannot be signed", async function () {
      if (process.platform === "win32") this.skip();
      for (const name of ["l1", "l2", "l3"]) symlinkSync("config.json", join(model(), name));
      const error = await failsWith("MODEL_SYMLINK", () => signIt());
      assert.match(error.message, /"l1" is a symbolic link \(and 2 more files\)\./);
      assert.deepEqual(error.details["names"], ["l1", "l2", "l3"]);
    });
  });
});

describe("digesting a model", () => {
  const folder = useTemporaryFolder();

  it("returns the root digest that a signature would have", async () => {
    const model = join(folder(), "m");
    writeTree(model, FILES);
    const options = { model, signature: join(model, "model.sig") };
    const before = await digest(options);
    const result = await sign({ ...options, identity });
    assert.equal(before.rootDigest, result.rootDigest);
    assert.deepEqual(await digest(options).then(({ resources }) => resources), before.resources);
  });
});
