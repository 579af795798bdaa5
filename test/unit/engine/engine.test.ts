import assert from "node:assert/strict";
import { readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { getPriority } from "node:os";
import { join, relative } from "node:path";
import { type ErrorCode, ProvenanceError } from "../../../src/core/errors.ts";
import type { DigestProgress } from "../../../src/core/hashing/digest-request.ts";
import { HashPool } from "../../../src/core/hashing/hash-pool.ts";
import { previewPolicy } from "../../../src/core/operations/policy/policy-preview.ts";
import { authenticate, type VerifyOptions, verify } from "../../../src/core/operations/verify/verify.ts";
import { readPolicies } from "../../../src/core/policy/read-policies.ts";
import type { Replacement } from "../../../src/core/signing/replacement.ts";
import type { SigstoreTrust, Trust } from "../../../src/core/trust.ts";
import type { Verdict } from "../../../src/core/verdict.ts";
import { readTrustConfigFile } from "../../../src/core/verification/trust-root-files.ts";
import { Engine } from "../../../src/engine/engine.ts";
import { EngineChild } from "../../../src/engine/engine-child.ts";
import type { ClientOptions } from "../../../src/engine/engine-client.ts";
import type { FromEngine } from "../../../src/engine/protocol.ts";
import { searchModels } from "../../../src/engine/search-models.ts";
import { changeByte, signWith } from "../../support/editor-workspace.ts";
import { failsWith } from "../../support/errors.ts";
import { makeKeys } from "../../support/keys.ts";
import { manyNames, signNames } from "../../support/many-names.ts";
import { policyText } from "../../support/policies.ts";
import { skip } from "../../support/results.ts";
import { startLocalSigstore } from "../../support/sigstore/local-sigstore.ts";
import { useTemporaryFolder, writeTree } from "../../support/temporary-folder.ts";
import { finderStore } from "../../support/tool-files.ts";

const ENTRY = new URL("../../../src/engine.ts", import.meta.url);
const keys = makeKeys();
const trust: Trust = { keys: [{ label: "release.pub", pem: keys.publicPem }] };
const identity = { method: "key", privateKey: { label: "release.pem", pem: keys.privatePem } } as const;
const pool = new HashPool({ workers: 0 });

describe("Engine", function () {
  this.timeout(60_000);
  let engine: Engine;
  // Before the folder goes: digests are still being kept in it.
  afterEach(() => engine.dispose());
  const root = useTemporaryFolder();
  let model: string;
  let signature: string;

  beforeEach(async () => {
    engine = newEngine();
    model = join(root(), "model");
    writeTree(root(), { "model/a.bin": "a", "model/b.bin": "b" });
    signature = await signWith(model, keys.privatePem, pool);
  });
  after(() => pool.dispose());

  function newEngine(more: Partial<ClientOptions> = {}): Engine {
    return new Engine({ entry: ENTRY, cache: join(root(), "cache"), ...more });
  }

  it("returns the same verdicts as this process: verified, modified, unknown key, damaged, no signature", async () => {
    await same();
    changeByte(join(model, "a.bin"));
    writeFileSync(join(model, "new.bin"), "");
    assert.equal((await same()).state, "modified");
    assert.equal((await same({ keys: [{ label: "other.pub", pem: makeKeys().publicPem }] })).state, "unverifiable");
    assert.equal((await same({})).state, "unverifiable");
    writeFileSync(signature, "{}");
    assert.equal((await same()).state, "invalid");
    signature = join(root(), "none.sig");
    assert.equal((await same()).state, "unsigned");
  });

  it("reports errors with their codes, as this process does", async () => {
    const missing = { model: join(root(), "nothing"), signature, trust };
    const error = await failsWith("MODEL_NOT_FOUND", () => verifyBy(engine, missing));
    assert.equal(error.message, (await failsWith("MODEL_NOT_FOUND", () => verify({ ...missing, pool }))).message);
    assert.deepEqual(error.details, { path: missing.model });
  });

  it("returns long lists complete and in order", async () => {
    signature = signNames(model, manyNames(3_500), keys);
    for (let index = 0; index < 1_200; index += 1) writeFileSync(join(model, `added-${index}`), "");
    const { comparison, state } = await same();
    assert.equal(state, "modified");
    assert.equal(comparison?.missing.length, 3_500);
    assert.equal(comparison.added.length, 1_202);
  });

  it("requests the Sigstore trust root only for a signature that needs it, and signs and verifies with it", async () => {
    const sigstore = await startLocalSigstore();
    try {
      const trusted = await readTrustConfigFile(sigstore.trustConfigs[2].path);
      const identities = [{ identity: "alice@example.com", issuer: sigstore.issuer }];
      let asked = 0;
      const answer = async (): Promise<SigstoreTrust> => {
        asked += 1;
        return { root: trusted, identities, newer: Promise.resolve(trusted) };
      };
      assert.equal(
        (await verifyBy(engine, { model, signature, trust: { ...trust, sigstore: answer } })).state,
        "verified",
      );
      assert.equal(asked, 0);
      const token = async () => sigstore.token("alice@example.com");
      const identity = { method: "sigstore", root: trusted, token } as const;
      await failsWith("SIGNATURE_OTHER_SIGNER", () => engine.sign({ model, signature, identity }));
      const signed = await engine.sign({ model, signature, identity, force: true });
      // The engine reads the signature that is replaced, with the trust root that it asks for.
      const { replaced } = await engine.sign({ model, signature, identity });
      assert.ok(replaced?.signer?.method === "sigstore" && replaced.changes.matches);
      assert.equal(signed.signer.method, "sigstore");
      assert.equal((await same({ sigstore: answer })).state, "verified");
      assert.ok(asked > 0);
      const fails = () => Promise.reject(new ProvenanceError("TRUST_ROOT_MISSING", "Nothing is known here."));
      assert.equal((await same({ sigstore: fails })).reasons[0]?.code, "TRUST_ROOT_MISSING");
    } finally {
      await sigstore.stop();
    }
  });

  it("signs with a key as this process does, and rejects what it rejects", async () => {
    const written = readFileSync(signature);
    const { rootDigest, coverage } = await engine.sign({ model, signature, identity });
    assert.notDeepEqual(readFileSync(signature), written);
    const verdict = await verify({ model, signature, trust, pool });
    assert.equal(verdict.state, "verified");
    assert.equal(verdict.rootDigest, rootDigest);
    assert.equal(coverage.files, 2);
    const bad = { method: "key", privateKey: { label: "x", pem: "x" } } as const;
    await failsWith("KEY_UNREADABLE", () => engine.sign({ model, signature, identity: bad }));
  });

  it("asks before it signs files that differ, and writes nothing if the answer is no", async () => {
    changeByte(join(model, "a.bin"));
    const asked: (readonly string[])[] = [];
    const answered = (yes: boolean) => (replacement: Replacement) => {
      asked.push(replacement.changes.changed.names);
      return yes;
    };
    const written = readFileSync(signature);
    const refuse = { model, signature, identity, confirmReplacement: answered(false) };
    await failsWith("SIGNATURE_REPLACEMENT_DECLINED", () => engine.sign(refuse));
    await failsWith("SIGNATURE_REPLACEMENT_DECLINED", () => engine.sign({ model, signature, identity }));
    assert.deepEqual(readFileSync(signature), written);
    await engine.sign({ ...refuse, confirmReplacement: answered(true) });
    assert.deepEqual(asked, [["a.bin"], ["a.bin"]]);
  });

  it("reports progress, and rejects at once when it is cancelled", async () => {
    const reported: DigestProgress[] = [];
    const abort = new AbortController();
    const onProgress = (progress: DigestProgress): void => {
      reported.push(progress);
      abort.abort();
    };
    writeFileSync(join(model, "large.bin"), "");
    truncateSync(join(model, "large.bin"), 1_000_000_000);
    signature = signNames(model, ["large.bin"], keys);
    await failsWith("CANCELLED", () => verifyBy(engine, { model, signature, trust, onProgress, signal: abort.signal }));
    assert.ok(reported.length > 0);
    await failsWith("CANCELLED", () => verifyBy(engine, { model, signature, trust, signal: abort.signal }));
    truncateSync(join(model, "large.bin"), 0);
    assert.deepEqual((await verifyBy(engine, { model, signature, trust })).comparison?.changed, []);
  });

  it("finds the signature itself, and starts only when its caller is ready", async () => {
    const order: string[] = [];
    const request = { model, trust, depth: "files" } as const;
    const verdict = await engine.check(request, {
      onBegin: async (found) => {
        order.push(...found);
        // What changes until here is part of the check.
        writeFileSync(join(model, "late.bin"), "");
        await new Promise((resolve) => setTimeout(resolve, 50));
        order.push("ready");
      },
    });
    assert.deepEqual(order, [signature, "ready"]);
    assert.deepEqual(verdict.comparison?.added, [{ name: "late.bin" }]);
    rmSync(signature);
    const nothing = () => assert.fail("there is nothing to begin with");
    assert.equal((await engine.check(request, { onBegin: nothing })).state, "unsigned");
  });

  it("finds models, signatures and sizes as this process does, with patterns of settings", async () => {
    writeTree(root(), { "out/net.onnx": "x", "data/plain.dat": "12345", "more/a/model.sig": "{}" });
    const request = { folder: root(), exclude: ["**/out"], models: ["data"], named: ["more"], maxEntries: 100 };
    const result = await engine.run("searchModels", request);
    assert.deepEqual(result, await searchModels(request));
    const { models } = result;
    const names = models.map(({ path }) => relative(root(), path));
    assert.ok(names.includes("data") && names.includes("model") && names.includes("more") && !names.includes("out"));
    assert.equal((await engine.run("searchModels", { ...request, maxEntries: 2 })).bound, 2);
    assert.deepEqual(await engine.run("findSignatures", { model }), [signature]);
    assert.deepEqual(await engine.run("findSignatures", { model: join(root(), "data") }), []);
    assert.equal(await engine.run("sizeHint", { model: join(root(), "data") }), 5);
    const abort = new AbortController();
    const searching = failsWith("CANCELLED", () => engine.run("searchModels", request, { signal: abort.signal }));
    abort.abort();
    await searching;
    await failsWith("MODEL_NOT_FOUND", () => engine.run("findSignatures", { model: join(root(), "nowhere") }));
  });

  it("previews what a signature would cover and exclude, with sizes", async () => {
    writeTree(root(), { "model/.git/x": "123", "model/c.bin": "ccc" });
    const preview = await engine.run("previewSigning", { model, signature });
    assert.deepEqual(
      [preview.fileCount, preview.totalBytes, preview.largest[0], preview.ignored],
      [3, 5, { name: "c.bin", size: 3 }, [{ name: ".git", bytes: 3, atLeast: false }]],
    );
    assert.deepEqual(preview.toolFiles, []);
  });

  it("proposes to exclude what tools wrote, by name and content", async () => {
    writeTree(root(), { "model/.DS_Store": finderStore(), "model/sub/.DS_Store": "import os\n" });
    const { toolFiles, fileCount } = await engine.run("previewSigning", { model, signature });
    assert.deepEqual(toolFiles, [{ name: ".DS_Store", size: 6148 }]);
    assert.equal(fileCount, 4);
    const without = await engine.run("previewSigning", { model, signature, ignorePaths: [".DS_Store"] });
    assert.deepEqual(
      [without.toolFiles, without.fileCount, without.ignored],
      [[], 3, [{ name: ".DS_Store", bytes: 6148, atLeast: false }]],
    );
  });

  it("applies policies, which it reads once a generation", async () => {
    const file = join(root(), "model-policy.yaml");
    const authority = (pem: string): string => `key: { data: ${JSON.stringify(pem)} }`;
    const write = (pem: string): void =>
      writeFileSync(file, policyText({ name: "team", globs: ["model"], authorities: [authority(pem)] }));
    const by = async (generation: number): Promise<Verdict> => {
      const source = { user: [], workspace: [file], generation, workspaceTrusted: true };
      const policies = { ...source, folder: root(), path: "model" };
      return engine.check({ model, depth: "files", policies, trust: {} });
    };
    write(keys.publicPem);
    const verdict = await by(0);
    assert.equal(verdict.state, "verified");
    assert.equal(verdict.decision?.policies[0]?.policy.name, "team");
    write(makeKeys().publicPem);
    assert.equal((await by(0)).state, "verified");
    assert.equal((await by(1)).decision?.outcome, "refused");
  });

  it("previews a planned policy, and one on disk, with patterns and expressions", async () => {
    const texts = new Map<string, string>();
    const file = async (name: string, pem: string, more: readonly string[] = []) => {
      const authorities = [`key: { data: ${JSON.stringify(pem)} }`, ...more];
      const text = policyText({ name: "team", globs: ["mod*"], authorities });
      const read = await readPolicies(Buffer.from(text), join(root(), name));
      texts.set(name, text);
      return read.policies[0] ?? assert.fail();
    };
    const keyless = "keyless: { identities: [{ issuerRegExp: '^https://a$', subjectRegExp: '^b@c$' }] }";
    const after = await file("b.yaml", keys.publicPem, [keyless]);
    const publicSigstore = () => assert.fail("no signature here needs it");
    const models = { folder: root(), models: [model], publicSigstore };
    const planned = { ...after.location, text: texts.get("b.yaml") ?? "" };
    assert.deepEqual(await engine.previewPolicy(planned, models), await previewPolicy(after, models));
    await failsWith("POLICY_INVALID", () => engine.previewPolicy(after.location, models));
    for (const [name, text] of texts) writeFileSync(join(root(), name), text);
    assert.deepEqual(await engine.previewPolicy(after.location, models), await previewPolicy(after, models));
  });

  describe("that crashes", () => {
    it("is started again, and the call is answered", async () => {
      const large = signNames(model, manyNames(50_000), keys, join(root(), "large.sig"));
      const [first, second] = [
        verifyBy(engine, { model, signature: large, trust }),
        verifyBy(engine, { model, signature, trust }),
      ];
      const killed = await pidOf(engine);
      process.kill(killed, "SIGKILL");
      assert.equal((await first).state, "modified");
      assert.equal((await second).state, "verified");
      assert.notEqual(await engine.pid(), killed);
    });

    it("twice in the same call fails that call, with the reason, and no other call", async () => {
      const small = newEngine({ heapMb: 24 });
      const large = signNames(model, manyNames(200_000), keys, join(root(), "large.sig"));
      const bad = failsWith("INTERNAL", () => verifyBy(small, { model, signature: large, trust }));
      const good = Array.from({ length: 3 }, () => verifyBy(small, { model, signature, trust }));
      const error = await bad;
      assert.match(error.message, /ended 2 times.*memory/);
      assert.match(String(error.details["engine"]), /memory/);
      for (const verdict of await Promise.all(good)) assert.equal(verdict.state, "verified");
      await small.dispose();
    });

    it("while it signs fails the call at once: nothing is signed twice", async () => {
      writeFileSync(join(model, "large.bin"), "");
      truncateSync(join(model, "large.bin"), 2_000_000_000);
      const signing = failsWith("INTERNAL", () => engine.sign({ model, signature, identity }));
      process.kill(await pidOf(engine), "SIGKILL");
      assert.match((await signing).message, /The engine ended.*SIGKILL/);
    });

    it("or cannot start fails the call", async () => {
      const missing = new Engine({ entry: new URL("missing.ts", ENTRY), cache: join(root(), "cache") });
      await failsWith("INTERNAL", () => missing.run("findSignatures", { model }));
      await missing.dispose();
    });
  });

  it("ends a call that is cancelled while it waits for an answer", async () => {
    const { promise: failed, resolve } = Promise.withResolvers<string | undefined>();
    const options = { model, depth: "files", trust: { sigstore: false } } as const;
    const receive = (message: FromEngine): void => {
      if (message.type === "ask") {
        child.send({ type: "cancel", id: message.id });
        child.send({ type: "call", id: 2, call: "findSignatures", options: { model } });
      } else if (message.type === "failed") resolve(message.error.code);
      else if (message.type === "done") resolve(undefined);
    };
    const child = new EngineChild({ entry: ENTRY, cache: join(root(), "cache") }, receive, assert.fail);
    child.send({ type: "call", id: 1, call: "check", options });
    assert.equal(await failed, "CANCELLED");
    await child.retire();
  });

  it("is ended if a cancelled call does not end, and a new one answers the other calls", async () => {
    const stuck = newEngine({ cancelMs: 1 });
    const large = signNames(model, manyNames(400_000), keys, join(root(), "large.sig"));
    const abort = new AbortController();
    const cancelled = failsWith("CANCELLED", () =>
      verifyBy(stuck, { model, signature: large, trust, signal: abort.signal }),
    );
    const before = await pidOf(stuck);
    abort.abort();
    await cancelled;
    const verdict = await verifyBy(stuck, { model, signature, trust });
    assert.equal(verdict.state, "verified");
    assert.notEqual(await stuck.pid(), before);
    await stuck.dispose();
  });

  it("goes on where a call is cancelled whose long result is being fetched", async () => {
    signature = signNames(model, manyNames(3_500), keys);
    const quick = newEngine({ cancelMs: 1 });
    const abort = new AbortController();
    const { send } = EngineChild.prototype;
    EngineChild.prototype.send = function (message) {
      if (message.type === "piece") abort.abort();
      send.call(this, message);
    };
    try {
      await failsWith("CANCELLED", () => verifyBy(quick, { model, signature, trust, signal: abort.signal }));
    } finally {
      EngineChild.prototype.send = send;
    }
    const before = await quick.pid();
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.ok(before !== undefined);
    assert.equal(await quick.pid(), before);
    await quick.dispose();
  });

  it("rejects a signature file over 256 MB by its size, before it is read", async () => {
    signature = join(root(), "huge.sig");
    writeFileSync(signature, "");
    truncateSync(signature, 64 * 1024 ** 3);
    const { state, reasons } = await verifyBy(engine, { model, signature, trust });
    assert.deepEqual([state, reasons[0]?.code], ["invalid", "BUNDLE_TOO_LARGE"]);
  });

  it("has a minimal environment and a low priority", async function () {
    if (process.platform !== "linux") return skip(this, "only Linux shows another process's environment");
    process.env["MODEL_SIGNING_SECRET"] = "secret";
    try {
      await engine.run("findSignatures", { model });
    } finally {
      delete process.env["MODEL_SIGNING_SECRET"];
    }
    const pid = await pidOf(engine);
    const names = readFileSync(`/proc/${pid}/environ`, "utf8")
      .split("\0")
      .map((line) => line.split("=")[0] ?? "");
    // Node itself hands NODE_V8_COVERAGE on, where coverage is measured.
    const mayBe = ["ELECTRON_RUN_AS_NODE", "LD_LIBRARY_PATH", "NODE_V8_COVERAGE", ""];
    assert.deepEqual(
      names.filter((name) => !mayBe.includes(name) && !name.startsWith("NODE_CHANNEL_")),
      [],
    );
    assert.ok(names.includes("ELECTRON_RUN_AS_NODE"));
    assert.equal(getPriority(pid), 10);
  });

  it("ends when it is idle, and permanently when it is disposed", async () => {
    const brief = newEngine({ idleMs: 1 });
    for (let round = 0; round < 3; round += 1) {
      assert.equal((await verifyBy(brief, { model, signature, trust })).state, "verified");
      while ((await brief.pid()) !== undefined) await new Promise((resolve) => setImmediate(resolve));
    }
    const running = verifyBy(brief, { model, signature, trust });
    const cancelled: Promise<unknown> = failsWith("CANCELLED" satisfies ErrorCode, () => running);
    await brief.dispose();
    await cancelled;
    await failsWith("CANCELLED", () => brief.run("findSignatures", { model }));
  });

  /** The verdict of the process, which has to be that of this one but for the times. */
  async function same(by: Trust = trust): Promise<Verdict> {
    const options = { model, signature, trust: by };
    const [there, expected] = [await verifyBy(engine, options), await verify({ ...options, pool })];
    assert.deepEqual(timeless(there), timeless(expected));
    assert.deepEqual(await engine.authenticate(options), await authenticate(options));
    return there;
  }
});

function timeless({ checkedAt, coverage, ...verdict }: Verdict): unknown {
  return { ...verdict, coverage: coverage && { ...coverage, seconds: 0 }, isDated: checkedAt !== undefined };
}

/** As the core's `verify`, in an engine. */
function verifyBy(engine: Engine, { model, signature, trust, ...watching }: VerifyOptions): Promise<Verdict> {
  return engine.check({ model, signatures: [signature].flat(), trust, depth: "files" }, watching);
}

/** Once there is a process. */
async function pidOf(engine: Engine): Promise<number> {
  for (;;) {
    const pid = await engine.pid();
    if (pid !== undefined) return pid;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
