import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { HashAlgorithm } from "../../src/core/hashing/digest-request.ts";
import { HashPool } from "../../src/core/hashing/hash-pool.ts";
import { callerIgnorePaths } from "../../src/core/model/ignore.ts";
import { type Inspection, inspect } from "../../src/core/operations/inspect.ts";
import { type SignOptions, sign } from "../../src/core/operations/sign/sign.ts";
import { type VerifyOptions, verify } from "../../src/core/operations/verify/verify.ts";
import type { Verdict } from "../../src/core/verdict.ts";
import { makeChain } from "../support/certificates.ts";
import { failsWith } from "../support/errors.ts";
import { type KeyPair, makeKeys } from "../support/keys.ts";
import { skip } from "../support/results.ts";
import { useTemporaryFolder, writeTree } from "../support/temporary-folder.ts";
import { ensureReference, type Reference, type ReferenceResult } from "./reference.ts";
import type { ReferenceHashing } from "./reference-library.ts";

const windows = process.platform === "win32";
const linux = process.platform === "linux";

const FILES = {
  "config.json": "{}",
  "weights/model-00001.bin": "0123456789",
  "weights.txt": "sorts before the folder by code point, after it by component",
  "a/deep/er/file": "x",
  "a-b": "-",
  empty: "",
  "modèle.bin": "composed",
  模型: "other script",
  "\u{1f600}.txt": "beyond the basic plane",
  ...(windows
    ? {}
    : {
        "colon:0:10": "looks like a shard",
        "line\nbreak": "n",
        '"quoted" $(x) *?[': "q",
        " ": "blank",
        "C:\\x": "looks like a path of Windows",
        "back\\slash": "b",
        "nul.txt": "a device on Windows",
      }),
  ...(linux ? { "mode\u0300le.bin": "decomposed" } : {}),
};

describe("the reference implementation", function () {
  this.timeout(60_000); // each run of it takes a second or two
  const folder = useTemporaryFolder();
  const pool = new HashPool({ workers: 0 });
  let reference: Reference;
  let keys: KeyPair;

  before(function () {
    this.timeout(300_000); // the first run installs it
    const found = ensureReference();
    if ("missing" in found) return skip(this, found.missing);
    reference = found;
  });
  after(() => {
    reference?.library.stop();
    return pool.dispose();
  });

  beforeEach(() => {
    useKeys(makeKeys());
    writeTree(join(folder(), "model"), FILES);
  });

  function useKeys(pair: KeyPair): void {
    keys = pair;
    writeTree(folder(), { "key.pem": keys.privatePem, "key.pub": keys.publicPem });
  }

  /** Paths are relative to the temporary folder, as a person would give them there. */
  const path = (name: string) => join(folder(), name);
  const signArgs = (model: string, ...more: string[]) => ["sign", "key", model, "--private_key", "key.pem", ...more];
  const verifyArgs = (model: string, ...more: string[]) => ["verify", "key", model, "--public_key", "key.pub", ...more];
  const theirs = (...args: string[]) => reference.cli(args, folder());

  /** Without options, it goes by what the statement says of hashing. */
  const verifiesByLibrary = () =>
    reference.library.call({
      action: "verify",
      model: "model",
      signature: "model/model.sig",
      method: { kind: "key", publicKey: "key.pub" },
      cwd: folder(),
    });

  const signsByLibrary = (hashing: ReferenceHashing) =>
    reference.library.call({
      action: "sign",
      model: "model",
      signature: "model/model.sig",
      method: { kind: "key", privateKey: "key.pem" },
      hashing,
      cwd: folder(),
    });

  function accepted(result: ReferenceResult): void {
    assert.ok(result.ok, result.text.slice(0, 2000));
  }

  function refused(result: ReferenceResult, why: RegExp): void {
    assert.ok(!result.ok, "the reference took it");
    assert.match(result.text, why);
  }

  async function signHere(options: Partial<SignOptions> = {}): Promise<void> {
    const identity = { method: "key", privateKey: { label: "key.pem", pem: keys.privatePem } } as const;
    await sign({
      model: path("model"),
      signature: path("model/model.sig"),
      identity,
      pool,
      confirmReplacement: () => true,
      ...options,
    });
  }

  function verifyHere(options: Partial<VerifyOptions> = {}): Promise<Verdict> {
    const trust = { keys: [{ label: "key.pub", pem: keys.publicPem }] };
    return verify({ model: path("model"), signature: path("model/model.sig"), trust, pool, ...options });
  }

  async function verifiedHere(options: Partial<VerifyOptions> = {}): Promise<Verdict> {
    const verdict = await verifyHere(options);
    assert.equal(verdict.state, "verified", JSON.stringify(verdict, undefined, 1));
    return verdict;
  }

  function listed({ resources }: Inspection): string[] {
    return resources.map(({ name, digest }) => `${name} ${digest}`).sort();
  }

  describe("accepts what we sign", () => {
    for (const kind of ["P-256", "P-384", "P-521"] as const) {
      it(`with a ${kind} key, names of every kind included`, async () => {
        useKeys(makeKeys(kind));
        await signHere();
        accepted(theirs(...verifyArgs("model", "--signature", "model/model.sig")));
        writeTree(path("model"), { "config.json": "[]" });
        refused(theirs(...verifyArgs("model", "--signature", "model/model.sig")), /Hash mismatch for 'config.json'/);
      });
    }

    it("with a certificate", async () => {
      const { root, intermediate, leaf } = makeChain();
      writeTree(folder(), { "root.pem": root.pem, "intermediate.pem": intermediate.pem });
      await signHere({
        identity: {
          method: "certificate",
          privateKey: { label: "leaf.key", pem: leaf.keys.privatePem },
          certificate: { label: "leaf.pem", pem: leaf.pem },
          chain: [{ label: "intermediate.pem", pem: intermediate.pem }],
        },
      });
      const args = ["verify", "certificate", "model", "--signature", "model/model.sig", "--certificate_chain"];
      accepted(theirs(...args, "root.pem"));
      writeTree(folder(), { "other.pem": makeChain().root.pem });
      refused(theirs(...args, "other.pem"), /certificate/i);
    });

    it("with BLAKE3, through its library: its command line always uses SHA-256", async () => {
      await signHere({ algorithm: "blake3" });
      accepted(await verifiesByLibrary());
      refused(theirs(...verifyArgs("model", "--signature", "model/model.sig")), /Hash mismatch/);
    });

    it("next to the folder, with git's files excluded or not", async () => {
      writeTree(path("model"), { ".gitattributes": "g", ".git/HEAD": "g", "sub/.gitignore": "g" });
      await signHere({ signature: path("beside.sig") });
      accepted(theirs(...verifyArgs("model", "--signature", "beside.sig")));
      await signHere({ signature: path("all.sig"), ignoreGitPaths: false });
      accepted(theirs(...verifyArgs("model", "--signature", "all.sig", "--no-ignore-git-paths")));
    });

    it("with ignored paths, which it reads from the statement", async () => {
      writeTree(path("model"), { "cache/x": "x", "sub/cache/y": "y" });
      await signHere({ ignorePaths: ["cache", "empty"] });
      accepted(theirs(...verifyArgs("model", "--signature", "model/model.sig")));
      writeTree(path("model"), { "cache/later": "z" });
      accepted(theirs(...verifyArgs("model", "--signature", "model/model.sig")));
      writeTree(path("model"), { "sub/cache/later": "z" });
      refused(theirs(...verifyArgs("model", "--signature", "model/model.sig")), /sub\/cache\/later/);
    });

    it("with symlinks to files followed, if it is asked to follow them", async function () {
      if (windows) return skip(this, "links need rights that not everybody has on Windows");
      writeTree(folder(), { "blobs/1": "outside" });
      symlinkSync("config.json", path("model/inside"));
      symlinkSync("../blobs/1", path("model/outside"));
      await signHere({ allowSymlinks: true });
      accepted(theirs(...verifyArgs("model", "--signature", "model/model.sig", "--allow_symlinks")));
    });
  });

  describe("signs what we accept", () => {
    const signs = (...more: string[]) =>
      accepted(theirs(...signArgs("model", "--signature", "model/model.sig", ...more)));

    for (const kind of ["P-256", "P-384", "P-521"] as const) {
      it(`with a ${kind} key, names of every kind included`, async () => {
        useKeys(makeKeys(kind));
        signs();
        assert.equal((await verifiedHere()).coverage?.files, Object.keys(FILES).length);
        writeTree(path("model"), { "config.json": "[]", added: "" });
        rmSync(path("model/empty"));
        const { state, comparison } = await verifyHere();
        assert.equal(state, "modified");
        assert.deepEqual(
          comparison?.changed.map(({ name }) => name),
          ["config.json"],
        );
        assert.deepEqual(comparison?.missing, [{ name: "empty", ignored: false }]);
        assert.deepEqual(comparison?.added, [{ name: "added" }]);
      });
    }

    it("with a certificate", async () => {
      const { root, intermediate, leaf } = makeChain();
      const files = { "leaf.key": leaf.keys.privatePem, "leaf.pem": leaf.pem, "intermediate.pem": intermediate.pem };
      writeTree(folder(), files);
      const certificate = ["--signing_certificate", "leaf.pem", "--certificate_chain", "intermediate.pem"];
      const signature = ["--signature", "model/model.sig"];
      accepted(theirs("sign", "certificate", "model", "--private_key", "leaf.key", ...certificate, ...signature));
      const roots = [{ label: "root.pem", pem: root.pem }];
      await verifiedHere({ trust: { certificates: { roots, identity: "alice@example.com" } } });
      const stranger = await verifyHere({ trust: { certificates: { roots, identity: "bob@example.com" } } });
      assert.notEqual(stranger.state, "verified");
    });

    for (const [algorithm, ours] of [
      ["sha256", "sha256"],
      ["blake2", "blake2b"],
      ["blake3", "blake3"],
    ] as const satisfies readonly (readonly [string, HashAlgorithm])[]) {
      for (const shardSize of [undefined, 4]) {
        it(`with ${algorithm}${shardSize === undefined ? "" : " in shards"}`, async () => {
          accepted(await signsByLibrary({ algorithm, ...(shardSize !== undefined && { shardSize }) }));
          const verdict = await verifiedHere();
          assert.equal(verdict.coverage?.algorithm, ours);
          // It has no shards with BLAKE3: it signs whole files instead.
          const inShards = shardSize !== undefined && algorithm !== "blake3";
          assert.equal(verdict.coverage?.shardSize, inShards ? 4 : undefined);
          writeTree(path("model"), { "weights/model-00001.bin": "0123456788" });
          assert.equal((await verifyHere()).state, "modified");
        });
      }
    }

    it("as a single file", async () => {
      writeTree(folder(), { "m.gguf": "weights" });
      accepted(theirs(...signArgs("m.gguf", "--signature", "m.gguf.sig")));
      const single = { model: path("m.gguf"), signature: path("m.gguf.sig") };
      await verifiedHere(single);
      writeTree(folder(), { "m.gguf": "other weights" });
      const { state, comparison } = await verifyHere(single);
      assert.deepEqual([state, comparison?.changed.map(({ name }) => name)], ["modified", ["m.gguf"]]);
    });

    it("with symlinks to files followed", async function () {
      if (windows) return skip(this, "links need rights that not everybody has on Windows");
      writeTree(folder(), { "blobs/1": "outside" });
      symlinkSync("config.json", path("model/inside"));
      symlinkSync("../blobs/1", path("model/outside"));
      signs("--allow_symlinks");
      await verifiedHere();
      writeTree(folder(), { "blobs/1": "changed" });
      assert.deepEqual(
        (await verifyHere()).comparison?.changed.map(({ name }) => name),
        ["outside"],
      );
    });
  });

  describe("computes the same", () => {
    it("files and digests, in another order", async () => {
      await signHere({ signature: path("ours.sig") });
      accepted(theirs(...signArgs("model", "--signature", "theirs.sig")));
      // Each excluded only its own file, and neither lies in the model.
      const [ours, other] = [await inspect(path("ours.sig")), await inspect(path("theirs.sig"))];
      assert.deepEqual(listed(ours), listed(other));
      assert.equal(ours.subject, other.subject);
      assert.deepEqual([...ours.ignorePaths].sort(), [...other.ignorePaths].sort());
    });

    it("ignored paths, resolved against the current directory", async () => {
      writeTree(folder(), { "model/cache/x": "", "cache/y": "", "model/sub/z": "", "model/notes": "" });
      const given = ["model/cache", "cache", "./model/sub/../notes", path("model/sub"), "model/absent", "elsewhere"];
      const flags = given.flatMap((one) => ["--ignore-paths", one]);
      accepted(theirs(...signArgs("model", "--signature", "theirs.sig", ...flags)));
      const ignorePaths = callerIgnorePaths("model", given, folder());
      await signHere({ signature: path("ours.sig"), ignorePaths });
      const [ours, other] = [await inspect(path("ours.sig")), await inspect(path("theirs.sig"))];
      assert.deepEqual([...ours.ignorePaths].sort(), [...other.ignorePaths].sort());
      assert.deepEqual(listed(ours), listed(other));
    });

    it("ignored paths, through symlinks", async function () {
      if (windows) return skip(this, "links need rights that not everybody has on Windows");
      writeTree(folder(), { "model/data/x": "x", "elsewhere/y": "y" });
      symlinkSync("model", path("alias"));
      symlinkSync("../model/data", path("elsewhere/link"));
      const given = ["alias/config.json", "elsewhere/link/x", "elsewhere/link/../empty"];
      const flags = given.flatMap((one) => ["--ignore-paths", one]);
      accepted(theirs(...signArgs("model", "--signature", "theirs.sig", ...flags)));
      await signHere({ signature: path("ours.sig"), ignorePaths: callerIgnorePaths("model", given, folder()) });
      const [ours, other] = [await inspect(path("ours.sig")), await inspect(path("theirs.sig"))];
      assert.deepEqual([...ours.ignorePaths].sort(), [...other.ignorePaths].sort());
    });
  });

  /** Each of these follows the specification, or is safer. When one fails, the reference has changed: look again. */
  describe("differs from us: it", () => {
    it("accepts a single file only under the name `.`, where the specification has the file's name", async () => {
      writeTree(folder(), { "m.gguf": "weights" });
      await signHere({ model: path("m.gguf"), signature: path("m.gguf.sig") });
      refused(theirs(...verifyArgs("m.gguf", "--signature", "m.gguf.sig")), /Missing files in model 'm.gguf': m.gguf/);
    });

    it("accepts shards only under a separate algorithm name, and cannot verify its own", async () => {
      if (!windows) {
        await signHere({ shardSize: 4 });
        refused(await verifiesByLibrary(), /Invalid resource name: .* got (?:colon:0:10|C:\\x):0:4/);
        for (const name of ["colon:0:10", "C:\\x"]) rmSync(path(`model/${name}`));
      }
      await signHere({ shardSize: 4 });
      refused(await verifiesByLibrary(), /Hash mismatch .*sha256-sharded-4/);
      rmSync(path("model/model.sig"));
      accepted(await signsByLibrary({ algorithm: "sha256", shardSize: 4 }));
      refused(await verifiesByLibrary(), /'float' object/);
      await verifiedHere();
    });

    it("writes `blake2b` and rejects it as unknown when it verifies", async () => {
      await signHere({ algorithm: "blake2b" });
      refused(await verifiesByLibrary(), /Unsupported hashing method blake2b/);
    });

    it("skips symlinks to folders, where the specification follows them", async function () {
      if (windows) return skip(this, "links need rights that not everybody has on Windows");
      symlinkSync("weights", path("model/link"));
      accepted(theirs(...signArgs("model", "--signature", "model/model.sig", "--allow_symlinks")));
      const { state, comparison } = await verifyHere();
      assert.equal(state, "modified");
      assert.deepEqual(comparison?.added, [{ name: "link/model-00001.bin" }]);
    });

    it("rejects a model path that is a symlink to a folder", async function () {
      if (windows) return skip(this, "links need rights that not everybody has on Windows");
      symlinkSync("model", path("alias"));
      refused(theirs(...signArgs("alias", "--signature", "theirs.sig")), /symlink/);
      await signHere({ model: path("alias"), signature: path("ours.sig") });
      await verifiedHere({ model: path("alias"), signature: path("ours.sig") });
    });

    it("signs an empty model", async () => {
      mkdirSync(path("hollow"));
      accepted(theirs(...signArgs("hollow", "--signature", "hollow.sig")));
      const hollow = { model: path("hollow"), signature: path("hollow.sig") };
      const { state, reasons } = await verifyHere(hollow);
      assert.deepEqual([state, reasons.map(({ code }) => code)], ["invalid", ["RESOURCES_EMPTY"]]);
      rmSync(path("hollow.sig"));
      await failsWith("MODEL_EMPTY", () => signHere(hollow));
    });
  });

  it("rejects, as we do, symlinks that are not allowed", async function () {
    if (windows) return skip(this, "links need rights that not everybody has on Windows");
    symlinkSync("config.json", path("model/link"));
    refused(theirs(...signArgs("model", "--signature", "model/model.sig")), /symlink/);
    await failsWith("MODEL_SYMLINK", () => signHere());
  });

  it("rejects, as we do, names that are not UTF-8", async function () {
    if (!linux) return skip(this, "only Linux has such names");
    writeFileSync(Buffer.concat([Buffer.from(`${path("model")}/`), Buffer.from([0xff])]), "x");
    assert.equal(theirs(...signArgs("model", "--signature", "model/model.sig")).ok, false);
    await failsWith("MODEL_NAME_NOT_UTF8", () => signHere());
  });

  it("writes, as we do, the signature and no other file", async () => {
    await signHere({ signature: path("ours.sig") });
    accepted(theirs(...signArgs("model", "--signature", "theirs.sig")));
    const [ours, other] = ["ours.sig", "theirs.sig"].map((name) =>
      Object.keys(JSON.parse(readFileSync(path(name), "utf8"))),
    );
    assert.deepEqual(ours?.sort(), other?.sort());
  });
});
