import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ProvenanceError } from "../../../../../src/core/errors.ts";
import { HashPool } from "../../../../../src/core/hashing/hash-pool.ts";
import type { FileHasher } from "../../../../../src/core/hashing/with-hash-pool.ts";
import { sign } from "../../../../../src/core/operations/sign/sign.ts";
import { authenticate, type VerifyOptions, verify } from "../../../../../src/core/operations/verify/verify.ts";
import type { Verdict } from "../../../../../src/core/verdict.ts";
import { bundleText, fileResources, type JsonObject, makeStatement, signBundle } from "../../../../support/bundles.ts";
import { makeChain } from "../../../../support/certificates.ts";
import { failsWith } from "../../../../support/errors.ts";
import { makeKeys } from "../../../../support/keys.ts";
import { onPlatform } from "../../../../support/on-platform.ts";
import { useTemporaryFolder, writeTree } from "../../../../support/temporary-folder.ts";

const keys = makeKeys();
const pool = new HashPool({ workers: 0 });
const identity = { method: "key", privateKey: { label: "prod.key", pem: keys.privatePem } } as const;
const trust = { keys: [{ label: "prod.pub", pem: keys.publicPem }] };
const FILES = { "config.json": "{}", "weights/a.bin": "0123456789", "README.md": "hello" };

describe("verifying a model", () => {
  const folder = useTemporaryFolder();
  const model = () => join(folder(), "llama");
  const signature = () => join(model(), "model.sig");
  const verifyIt = (options: Partial<VerifyOptions> = {}) =>
    verify({ model: model(), signature: signature(), trust, pool, ...options });
  const writeSigned = (statement: JsonObject, files: Record<string, string> = FILES) => {
    writeTree(model(), files);
    writeFileSync(signature(), bundleText(signBundle(statement, { keys })));
  };
  const signIt = () => sign({ model: model(), signature: signature(), identity, pool });
  beforeEach(async () => {
    writeTree(model(), FILES);
    await signIt();
  });
  after(() => pool.dispose());
  const stateAndCodes = ({ state, reasons }: Verdict) => [state, ...reasons.map(({ code }) => code)];

  it("returns signer, files and method", async () => {
    const verdict = await verifyIt();
    assert.equal(verdict.state, "verified");
    assert.equal(verdict.model, model());
    assert.equal(verdict.method, "key");
    assert.equal(verdict.signer?.method === "key" && verdict.signer.label, "prod.pub");
    assert.deepEqual(verdict.reasons, []);
    assert.equal(verdict.reading, "full");
    assert.equal(verdict.coverage?.files, 3);
    assert.equal(verdict.coverage?.bytesRead, 17);
    assert.match(verdict.rootDigest ?? "", /^[0-9a-f]{64}$/);
    assert.match(verdict.checkedAt ?? "", /Z$/);
    assert.equal(verdict.legacy, undefined);
  });

  it("finds each change, by name, all at once", async () => {
    writeTree(model(), { "config.json": "[]", "new.bin": "n" });
    renameSync(join(model(), "weights/a.bin"), join(model(), "weights/b.bin"));
    const { state, comparison } = await verifyIt();
    assert.equal(state, "modified");
    assert.deepEqual(
      comparison?.changed.map(({ name }) => name),
      ["config.json"],
    );
    assert.deepEqual(comparison?.missing, [{ name: "weights/a.bin", ignored: false }]);
    assert.deepEqual(comparison?.added, [{ name: "new.bin" }, { name: "weights/b.bin" }]);
  });

  it("allows unsigned files only if asked to, and names them", async () => {
    writeTree(model(), { "new.bin": "n" });
    assert.equal((await verifyIt()).state, "modified");
    const verdict = await verifyIt({ ignoreUnsignedFiles: true });
    assert.equal(verdict.state, "verified");
    assert.deepEqual(verdict.coverage?.unsigned, ["new.bin"]);
    assert.equal((await verifyIt({ ignorePaths: ["new.bin"] })).state, "verified");
  });

  it("does not let the caller's ignored paths hide what is signed", async () => {
    const verdict = await verifyIt({ ignorePaths: ["weights"] });
    assert.equal(verdict.state, "modified");
    assert.deepEqual(verdict.comparison?.missing, [{ name: "weights/a.bin", ignored: true }]);
  });

  it("does not verify a signature that ignores everything", async () => {
    const statement = makeStatement(fileResources({ "config.json": "{}" }), { serialization: { ignore_paths: ["."] } });
    writeSigned(statement);
    assert.equal((await verifyIt()).state, "modified");
  });

  it("reports what the signer ignored", async () => {
    writeSigned(
      makeStatement(fileResources({ "config.json": "{}" }), {
        serialization: { ignore_paths: ["weights", "README.md", "gone"] },
      }),
    );
    const verdict = await verifyIt();
    assert.equal(verdict.state, "verified");
    assert.deepEqual(verdict.coverage?.ignored, [
      { name: "README.md", source: "signer" },
      { name: "model.sig", source: "signature" },
      { name: "weights", source: "signer" },
    ]);
  });

  it("reports what the default paths hide besides git's own files, without a change of the verdict", async () => {
    assert.equal((await verifyIt()).coverage?.hidden, undefined);
    writeTree(model(), { ".git/HEAD": "", ".git/payload.py": "", ".github/workflows/ci.yml": "" });
    for (const sign of [false, true]) {
      if (sign) await signIt();
      const { state, coverage } = await verifyIt();
      assert.equal(state, "verified");
      const names = [".git/payload.py", ".github/workflows/ci.yml"];
      assert.deepEqual(coverage?.hidden, { names, count: 2, complete: true });
    }
    assert.equal((await signIt()).coverage.hidden?.count, 2);
  });

  it("uses the symlink rule that the statement records", async function () {
    if (process.platform === "win32") this.skip();
    rmSync(join(model(), "README.md"));
    writeTree(folder(), { blob: "hello" });
    symlinkSync(join(folder(), "blob"), join(model(), "README.md"));
    const refused = await verifyIt();
    assert.equal(refused.state, "modified");
    assert.deepEqual(
      refused.comparison?.changed.map(({ name, note }) => [name, note]),
      [["README.md", "symlink"]],
    );
    writeSigned(makeStatement(fileResources(FILES), { serialization: { allow_symlinks: true } }), {});
    assert.equal((await verifyIt()).state, "verified");
  });

  it("opens no file that a signature names outside the model", async () => {
    writeTree(folder(), { secret: "s" });
    writeSigned(makeStatement(fileResources({ "../secret": "s" })));
    assert.deepEqual(stateAndCodes(await verifyIt()), ["invalid", "RESOURCE_NAME"]);
  });

  it("verifies files with names that Windows cannot have, but not on Windows", async function () {
    if (process.platform === "win32") this.skip();
    const files = { ...FILES, "x:y.txt": "1", "back\\slash": "2", nul: "3" };
    for (const shardSize of [undefined, 5]) {
      rmSync(model(), { recursive: true });
      writeTree(model(), files);
      const { warnings } = await sign({
        ...{ model: model(), signature: signature(), identity, pool },
        ...(shardSize !== undefined && { shardSize }),
      });
      assert.match(warnings.join(), /cannot be verified on Windows.*"back\\slash", "nul", "x:y\.txt"/);
      const verdict = await verifyIt();
      assert.deepEqual([verdict.state, verdict.coverage?.files], ["verified", 6]);
      writeTree(model(), { "x:y.txt": "changed" });
      assert.deepEqual((await verifyIt()).comparison?.changed[0]?.name, "x:y.txt");
      const onWindows = await onPlatform("win32", verifyIt);
      assert.deepEqual(stateAndCodes(onWindows), ["unverifiable", "RESOURCE_NAME_UNSUPPORTED"]);
    }
  });

  it("does not match a file under another spelling of its name", async () => {
    writeSigned(
      makeStatement(fileResources({ "CONFIG.json": "{}", "README.md": "hello", "weights/a.bin": "0123456789" })),
    );
    const { state, comparison } = await verifyIt();
    assert.equal(state, "modified");
    assert.deepEqual(
      comparison?.missing.map(({ name }) => name),
      ["CONFIG.json"],
    );
  });

  it("finds a sharded file that continues after its last shard", async () => {
    rmSync(signature());
    await sign({ model: model(), signature: signature(), identity, pool, shardSize: 5 });
    assert.equal((await verifyIt()).state, "verified");
    appendFileSync(join(model(), "weights/a.bin"), "!");
    const { state, comparison } = await verifyIt();
    assert.equal(state, "modified");
    assert.deepEqual(
      comparison?.changed.map(({ name, note }) => [name, note]),
      [["weights/a.bin", "longer"]],
    );
  });

  describe('is not "verified", and has a reason, for', () => {
    it("no signature", async () => {
      rmSync(signature());
      assert.deepEqual(stateAndCodes(await verifyIt()), ["unsigned", "SIGNATURE_NOT_FOUND"]);
    });

    it("a folder instead of a signature", async () => {
      rmSync(signature());
      mkdirSync(signature());
      assert.deepEqual(stateAndCodes(await verifyIt()), ["unverifiable", "SIGNATURE_UNREADABLE"]);
    });

    it("a damaged signature", async () => {
      writeFileSync(signature(), "{");
      assert.deepEqual(stateAndCodes(await verifyIt()), ["invalid", "BUNDLE_NOT_JSON"]);
    });

    it("another key", async () => {
      const other = { keys: [{ label: "other.pub", pem: makeKeys().publicPem }] };
      const verdict = await verifyIt({ trust: other });
      assert.deepEqual(stateAndCodes(verdict), ["unverifiable", "KEY_MISMATCH"]);
      assert.equal(verdict.signer, undefined);
      assert.equal(verdict.comparison, undefined);
    });

    it("a certificate signature checked with a key, and the reverse", async () => {
      const { root, leaf, intermediate } = makeChain();
      const roots = [{ label: "root.pem", pem: root.pem }];
      assert.deepEqual(stateAndCodes(await verifyIt({ trust: { certificates: { roots } } })), [
        "unverifiable",
        "SIGNING_METHOD_MISMATCH",
      ]);
      const bundle = signBundle(makeStatement(fileResources(FILES)), { certificate: leaf, chain: [intermediate] });
      writeFileSync(signature(), bundleText(bundle));
      assert.deepEqual(stateAndCodes(await verifyIt()), ["unverifiable", "SIGNING_METHOD_MISMATCH"]);
    });

    it("a certificate of another identity: untrusted where the files match, modified where not", async () => {
      const { root, leaf, intermediate } = makeChain();
      const certificates = { roots: [{ label: "root.pem", pem: root.pem }], identity: "bob@example.com" };
      const bundle = signBundle(makeStatement(fileResources(FILES)), { certificate: leaf, chain: [intermediate] });
      writeFileSync(signature(), bundleText(bundle));
      const verdict = await verifyIt({ trust: { certificates } });
      assert.deepEqual(stateAndCodes(verdict), ["untrusted", "CERTIFICATE_IDENTITY"]);
      assert.equal(verdict.signer?.method, "certificate");
      writeTree(model(), { "config.json": "[]" });
      assert.deepEqual(stateAndCodes(await verifyIt({ trust: { certificates } })), [
        "modified",
        "CERTIFICATE_IDENTITY",
      ]);
    });

    it("a certificate whose identity differs only in case, which the reason says", async () => {
      const { root, leaf, intermediate } = makeChain();
      const bundle = signBundle(makeStatement(fileResources(FILES)), { certificate: leaf, chain: [intermediate] });
      writeFileSync(signature(), bundleText(bundle));
      const { signer } = await verifyIt({ trust: { certificates: { roots: [{ label: "r", pem: root.pem }] } } });
      assert.ok(signer?.method === "certificate");
      const identity = `subject:${signer.subject.toUpperCase().replace("CN=", "cn=")}`;
      const certificates = { roots: [{ label: "root.pem", pem: root.pem }], identity };
      const [reason] = (await verifyIt({ trust: { certificates } })).reasons;
      assert.equal(reason?.code, "CERTIFICATE_IDENTITY");
      assert.match(reason.message, /differs only in upper and lower case/);
    });

    const failing = (error: Error): FileHasher => ({ digest: () => Promise.reject(error) });
    for (const [code, state] of [
      ["FILE_CHANGED", "stale"],
      ["FILE_UNREADABLE", "unverifiable"],
      ["HASHER_FAILED", "unverifiable"],
    ] as const) {
      it(`${code} is ${state}`, async () => {
        const verdict = await verifyIt({ pool: failing(new ProvenanceError(code, "reason")) });
        assert.deepEqual(stateAndCodes(verdict), [state, code]);
        assert.equal(verdict.signer?.method, "key");
      });
    }

    it("but throws errors that do not concern the model", async () => {
      await failsWith("CANCELLED", () => verifyIt({ signal: AbortSignal.abort() }));
      await failsWith("CANCELLED", () => verifyIt({ pool: failing(new ProvenanceError("CANCELLED", "x")) }));
      await failsWith("MODEL_NOT_FOUND", () => verifyIt({ model: join(folder(), "missing") }));
      await failsWith("KEY_UNREADABLE", () => verifyIt({ trust: { keys: [{ label: "x", pem: "x" }] } }));
      await assert.rejects(verifyIt({ pool: failing(new Error("a bug")) }), /a bug/);
    });
  });

  describe("of the signer only", () => {
    const authenticateIt = (options: Partial<VerifyOptions> = {}) =>
      authenticate({ model: model(), signature: signature(), trust, ...options });

    it("returns who signed, and that the files were not read", async () => {
      writeTree(model(), { "config.json": "[]" });
      const verdict = await authenticateIt();
      assert.equal(verdict.state, "unchecked");
      assert.equal(verdict.signer?.method, "key");
      assert.equal(verdict.comparison, undefined);
    });

    it("returns what is wrong", async () => {
      assert.deepEqual(stateAndCodes(await authenticateIt({ trust: {} })), ["unverifiable", "KEY_UNKNOWN"]);
      writeFileSync(signature(), "nonsense!");
      assert.deepEqual(stateAndCodes(await authenticateIt()), ["invalid", "BUNDLE_NOT_JSON"]);
      rmSync(signature());
      assert.deepEqual(stateAndCodes(await authenticateIt()), ["unsigned", "SIGNATURE_NOT_FOUND"]);
    });

    it("reports a signer that is not expected", async () => {
      const { root, leaf, intermediate } = makeChain();
      writeFileSync(
        signature(),
        bundleText(signBundle(makeStatement(fileResources(FILES)), { certificate: leaf, chain: [intermediate] })),
      );
      const certificates = { roots: [{ label: "root.pem", pem: root.pem }], identity: "bob@example.com" };
      assert.deepEqual(stateAndCodes(await authenticateIt({ trust: { certificates } })), [
        "unchecked",
        "CERTIFICATE_IDENTITY",
      ]);
    });
  });
});
