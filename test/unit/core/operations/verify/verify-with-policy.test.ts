import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HashPool } from "../../../../../src/core/hashing/hash-pool.ts";
import { type SignOptions, sign } from "../../../../../src/core/operations/sign/sign.ts";
import {
  authenticateWithPolicy,
  type PolicyVerifyOptions,
  verifyWithPolicy,
} from "../../../../../src/core/operations/verify/verify-with-policy.ts";
import { policySetOf } from "../../../../../src/core/policy/policy-files.ts";
import { readPolicies } from "../../../../../src/core/policy/read-policies.ts";
import type { Verdict } from "../../../../../src/core/verdict.ts";
import { makeChain } from "../../../../support/certificates.ts";
import { makeKeys } from "../../../../support/keys.ts";
import { type PolicyParts, policyText } from "../../../../support/policies.ts";
import { useTemporaryFolder, writeTree } from "../../../../support/temporary-folder.ts";

const pool = new HashPool({ workers: 0 });
const prod = makeKeys();
const other = makeKeys("P-384");
const chain = makeChain();
const FILES = { "config.json": "{}", "weights/a.bin": "0123456789", "README.md": "hello" };
const key = (pem: string) => `key: { data: ${JSON.stringify(pem)} }`;
const PASS = "static: { action: pass, message: until then }";
const certificate = (root: string, identity: string) =>
  `certificate: { caCert: { data: ${JSON.stringify(root)} }, trustedIdentities: [${JSON.stringify(identity)}] }`;

describe("verifying a model with policies", () => {
  const folder = useTemporaryFolder();
  const model = () => join(folder(), "models", "llama");
  const signature = () => join(model(), "model.sig");
  beforeEach(() => writeTree(model(), FILES));
  after(() => pool.dispose());

  const signIt = (options: Partial<SignOptions> = {}) =>
    sign({
      model: model(),
      signature: signature(),
      identity: { method: "key", privateKey: { label: "prod.key", pem: prod.privatePem } },
      pool,
      ...options,
    });
  const file = (parts: readonly PolicyParts[]) =>
    readPolicies(Buffer.from(parts.map(policyText).join("---\n")), join(folder(), "model-policy.yaml"));
  const check = async (
    user: readonly PolicyParts[],
    workspace: readonly PolicyParts[] = [],
    options: Partial<PolicyVerifyOptions> = {},
    operation: typeof verifyWithPolicy = verifyWithPolicy,
  ): Promise<Verdict> => {
    const files = [
      user.length > 0 ? [await file(user)] : [],
      workspace.length > 0 ? [await file(workspace)] : [],
    ] as const;
    for (const { diagnostics } of files.flat()) {
      assert.deepEqual(
        diagnostics.filter(({ severity }) => severity === "error"),
        [],
      );
    }
    return operation({
      model: model(),
      policies: policySetOf(...files),
      workspaceTrusted: true,
      folder: folder(),
      path: "models/llama",
      publicSigstore: () => Promise.reject(new Error("not asked for")),
      pool,
      ...options,
    });
  };
  const outcomeOf = ({ state, decision, reasons }: Verdict) => [
    state,
    decision?.outcome,
    ...reasons.map(({ code }) => code),
  ];

  it("accepts a key", async () => {
    await signIt();
    const verdict = await check([{ authorities: [key(other.publicPem), key(prod.publicPem)] }]);
    assert.deepEqual(outcomeOf(verdict), ["verified", "accepted"]);
    assert.equal(verdict.signer?.method === "key" && verdict.signer.label, "a1");
    assert.equal(verdict.signature, signature());
    assert.equal(verdict.reading, "full");
    assert.deepEqual(
      verdict.decision?.policies.map(({ policy, by }) => [policy.name, policy.line, by]),
      [["team", 3, "signer"]],
    );
    assert.equal(verdict.decision?.policies[0]?.authorities[0]?.authority.name, "a1");
    assert.match(verdict.checkedAt ?? "", /Z$/);
  });

  it("parses the bundle and its statement once, however many authorities are tried", async () => {
    await signIt();
    const { parse } = JSON;
    let bundles = 0;
    let statements = 0;
    JSON.parse = (text: string, reviver?: Parameters<typeof parse>[1]): unknown => {
      if (text.includes('"dsseEnvelope"')) bundles++;
      if (text.includes('"predicateType"')) statements++;
      return parse(text, reviver);
    };
    try {
      const many = [key(other.publicPem), key(makeKeys().publicPem), key(prod.publicPem), PASS];
      const verdict = await check(
        [
          { name: "a", authorities: many },
          { name: "b", authorities: many },
        ],
        [],
        // A search for the signature would look into it, too.
        { signature: signature() },
      );
      assert.equal(verdict.state, "verified");
    } finally {
      JSON.parse = parse;
    }
    assert.deepEqual([bundles, statements], [1, 1]);
  });

  it("rejects a key that no policy has", async () => {
    await signIt();
    const verdict = await check([{ authorities: [key(other.publicPem)] }]);
    assert.deepEqual(outcomeOf(verdict), ["unverifiable", "refused", "KEY_MISMATCH", "POLICY_SIGNER"]);
    assert.equal(verdict.signer, undefined);
  });

  it("names, but does not accept, a key of a policy that does not cover the model", async () => {
    await signIt();
    const verdict = await check([{ globs: ["elsewhere/**"], authorities: [key(prod.publicPem)] }]);
    assert.deepEqual(outcomeOf(verdict), ["untrusted", "uncovered", "POLICY_UNCOVERED"]);
    assert.equal(verdict.signer?.method, "key");
    assert.equal(verdict.comparison?.matches, true);
  });

  it("reports that no policy covers the model", async () => {
    await signIt();
    assert.deepEqual(outcomeOf(await check([])), ["unverifiable", "uncovered", "KEY_UNKNOWN", "POLICY_UNCOVERED"]);
  });

  it("accepts a certificate by the root and the name that a policy has", async () => {
    const { leaf, intermediate, root } = chain;
    const privateKey = { label: "k", pem: leaf.keys.privatePem };
    const pem = (label: string, text: string) => ({ label, pem: text });
    await signIt({
      identity: {
        method: "certificate",
        privateKey,
        certificate: pem("leaf", leaf.pem),
        chain: [pem("i", intermediate.pem)],
      },
    });
    const stranger = makeChain().root.pem;
    const subject = "O=Example, CN=Alice";
    const accepted = await check([
      { authorities: [certificate(stranger, "*"), certificate(root.pem, `x509.subject: ${subject}`)] },
    ]);
    assert.deepEqual(outcomeOf(accepted), ["verified", "accepted"]);
    const renamed = await check([{ authorities: [certificate(root.pem, "x509.subject: CN=Somebody Else")] }]);
    assert.deepEqual(outcomeOf(renamed), ["untrusted", "refused", "POLICY_SIGNER"]);
    assert.match(renamed.reasons[0]?.message ?? "", /root matches, subject differs: expected "CN=Somebody Else"/);
    const foreign = await check([{ authorities: [certificate(stranger, "*")] }]);
    assert.deepEqual(outcomeOf(foreign), ["unverifiable", "refused", "CERTIFICATE_UNTRUSTED_ROOT", "POLICY_SIGNER"]);
    // Two policies that know the signer by different certificates of its path.
    const both = await check([
      { authorities: [certificate(root.pem, "*")] },
      { authorities: [certificate(leaf.pem, "*")] },
    ]);
    assert.deepEqual(outcomeOf(both), ["verified", "accepted"]);
  });

  it("requires a signature", async () => {
    assert.deepEqual(outcomeOf(await check([{ authorities: [key(prod.publicPem)] }])), [
      "unsigned",
      "refused",
      "SIGNATURE_NOT_FOUND",
      "POLICY_SIGNATURE_REQUIRED",
    ]);
    assert.deepEqual(outcomeOf(await check([{ requireSignature: false, authorities: [key(prod.publicPem)] }])), [
      "unsigned",
      "unsigned",
      "SIGNATURE_NOT_FOUND",
    ]);
    assert.deepEqual(outcomeOf(await check([{ authorities: [PASS] }])), [
      "unsigned",
      "exception",
      "SIGNATURE_NOT_FOUND",
      "POLICY_EXCEPTION",
    ]);
  });

  it("does not call an exception verified, whatever it allows", async () => {
    await signIt();
    assert.deepEqual(outcomeOf(await check([{ authorities: [PASS] }])), [
      "unverifiable",
      "exception",
      "KEY_UNKNOWN",
      "POLICY_EXCEPTION",
    ]);
    writeTree(model(), { "config.json": "[]" });
    const changed = await check([{ authorities: [key(prod.publicPem), PASS] }]);
    assert.deepEqual(outcomeOf(changed), ["modified", "exception", "POLICY_EXCEPTION"]);
    writeFileSync(signature(), "{");
    assert.deepEqual(outcomeOf(await check([{ authorities: [PASS] }])), [
      "invalid",
      "exception",
      "BUNDLE_NOT_JSON",
      "POLICY_EXCEPTION",
    ]);
  });

  it("rejects an invalid signature", async () => {
    writeFileSync(signature(), "{");
    const verdict = await check([{ authorities: [key(prod.publicPem)] }]);
    assert.deepEqual(outcomeOf(verdict), ["invalid", "refused", "BUNDLE_NOT_JSON", "POLICY_NOT_AUTHENTIC"]);
  });

  it("rejects changed files", async () => {
    await signIt();
    writeTree(model(), { "config.json": "[]", "new.bin": "x" });
    const verdict = await check([{ authorities: [key(prod.publicPem)] }]);
    assert.deepEqual(outcomeOf(verdict), ["modified", "refused"]);
    assert.match(
      verdict.decision?.reasons[0]?.message ?? "",
      /team: the files do not match the signature: 1 changed, 1 added/,
    );
    const warned = await check([{ mode: "warn", authorities: [key(prod.publicPem)] }]);
    assert.deepEqual(outcomeOf(warned), ["modified", "warned"]);
  });

  it("checks signature and signer alone, before any file is read", async () => {
    await signIt();
    rmSync(join(model(), "config.json"));
    const quick = (parts: PolicyParts) => check([parts], [], {}, authenticateWithPolicy);
    assert.deepEqual(outcomeOf(await quick({ authorities: [key(prod.publicPem)] })), ["unchecked", "accepted"]);
    assert.deepEqual(outcomeOf(await quick({ authorities: [key(other.publicPem)] })), [
      "unverifiable",
      "refused",
      "KEY_MISMATCH",
      "POLICY_SIGNER",
    ]);
  });

  it("accepts no signer by an untrusted workspace, which can reject", async () => {
    await signIt();
    const accepts: PolicyParts = { authorities: [key(prod.publicPem)] };
    const refuses: PolicyParts = { authorities: [key(other.publicPem)] };
    const untrusted = { workspaceTrusted: false };
    assert.deepEqual(outcomeOf(await check([], [accepts])), ["verified", "accepted"]);
    assert.deepEqual(outcomeOf(await check([], [accepts], untrusted)), [
      "untrusted",
      "uncovered",
      "POLICY_WORKSPACE_UNTRUSTED",
    ]);
    assert.deepEqual(outcomeOf(await check([accepts], [accepts], untrusted)), ["verified", "accepted"]);
    assert.deepEqual(outcomeOf(await check([accepts], [refuses], untrusted)), [
      "untrusted",
      "refused",
      "POLICY_SIGNER",
    ]);
    assert.deepEqual(outcomeOf(await check([refuses], [accepts])), ["untrusted", "refused", "POLICY_SIGNER"]);
  });

  it("accepts nothing below a policy file with an error", async () => {
    await signIt();
    const good = await file([{ authorities: [key(prod.publicPem)] }]);
    const bad = await readPolicies(Buffer.from("kind: x"), join(folder(), "b.model-policy.yaml"));
    const verdict = await check([], [], { policies: policySetOf([good], [bad]) });
    assert.deepEqual(outcomeOf(verdict), ["untrusted", "refused", "POLICY_INVALID"]);
    assert.match(verdict.reasons[0]?.message ?? "", /line 1: /);
  });

  describe("allows files to differ:", () => {
    const extra = { "notes.txt": "x", "cache/a": "y" };
    const authorities = [key(prod.publicPem)];
    beforeEach(async () => {
      await signIt();
      writeTree(model(), extra);
    });
    const passed = (verdict: Verdict) => [...outcomeOf(verdict), verdict.coverage?.unsigned.join()];

    it("none, by default", async () => {
      assert.deepEqual(outcomeOf(await check([{ authorities }])), ["modified", "refused"]);
    });
    it("those that a policy names", async () => {
      assert.deepEqual(outcomeOf(await check([{ authorities, verification: "{ ignorePaths: [notes.txt, cache] }" }])), [
        "verified",
        "accepted",
      ]);
      assert.deepEqual(outcomeOf(await check([{ authorities, verification: "{ ignorePaths: [notes.txt] }" }])), [
        "modified",
        "refused",
      ]);
    });
    it("all unsigned ones, which are reported", async () => {
      const verdict = await check([{ authorities, verification: "{ ignoreUnsignedFiles: true }" }]);
      assert.deepEqual(passed(verdict), ["verified", "accepted", "cache/a,notes.txt"]);
    });
    it("only those that every policy allows", async () => {
      const some = { authorities, verification: "{ ignorePaths: [notes.txt] }" };
      const all = { authorities, verification: "{ ignoreUnsignedFiles: true }" };
      assert.deepEqual(outcomeOf(await check([all, some])), ["modified", "refused"]);
      assert.deepEqual(outcomeOf(await check([some], [all])), ["modified", "refused"]);
      const both = { authorities, verification: "{ ignorePaths: [cache/a, notes.txt, other] }" };
      assert.deepEqual(passed(await check([all, both])), ["verified", "accepted", "cache/a,notes.txt"]);
    });
    it("not fewer by a policy that only warns", async () => {
      const strict: PolicyParts = { mode: "warn", authorities };
      const all = { authorities, verification: "{ ignoreUnsignedFiles: true }" };
      assert.deepEqual(passed(await check([all, strict])), [
        "untrusted",
        "warned",
        "POLICY_FILES",
        "cache/a,notes.txt",
      ]);
    });
    it("the same with an exception", async () => {
      assert.deepEqual(
        outcomeOf(
          await check([{ authorities, verification: "{ ignoreUnsignedFiles: true }" }, { authorities: [PASS] }]),
        ),
        ["verified", "accepted"],
      );
    });
    it("none by a workspace that is not trusted", async () => {
      const all = { authorities, verification: "{ ignoreUnsignedFiles: true, ignorePaths: [config.json] }" };
      assert.deepEqual(outcomeOf(await check([], [all], { workspaceTrusted: false })), [
        "modified",
        "uncovered",
        "POLICY_WORKSPACE_UNTRUSTED",
      ]);
    });
    it("no signed file, which is compared or reported as missing even if the caller ignores it", async () => {
      rmSync(join(model(), "notes.txt"));
      rmSync(join(model(), "cache"), { recursive: true });
      writeTree(model(), { "config.json": "[]" });
      assert.deepEqual(outcomeOf(await check([{ authorities, verification: "{ ignorePaths: [config.json] }" }])), [
        "modified",
        "refused",
      ]);
    });
  });

  it("rejects a pattern among the ignored paths", async () => {
    await signIt({});
    const authorities = [key(prod.publicPem)];
    const refused = await check([{ authorities, verification: '{ ignorePaths: ["*.log"] }' }]);
    assert.deepEqual(outcomeOf(refused), ["untrusted", "refused", "IGNORE_PATH"]);
    if (process.platform === "win32") return;
    writeTree(model(), { "*.log": "x" });
    assert.deepEqual(outcomeOf(await check([{ authorities, verification: '{ ignorePaths: ["*.log"] }' }])), [
      "verified",
      "accepted",
    ]);
    writeTree(model(), { "a.log": "x" });
    assert.equal((await check([{ authorities, verification: '{ ignorePaths: ["*.log"] }' }])).state, "modified");
  });

  it("cannot verify content that is not downloaded, also with files that a policy allows", async () => {
    await signIt({});
    const authorities = [key(prod.publicPem)];
    const oid = createHash("sha256")
      .update(readFileSync(join(model(), "config.json")))
      .digest("hex");
    writeTree(model(), {
      "config.json": `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize 2\n`,
      "notes.txt": "x",
    });
    assert.equal((await check([{ authorities }])).state, "modified");
    const verdict = await check([{ authorities, verification: "{ ignoreUnsignedFiles: true }" }]);
    assert.deepEqual(outcomeOf(verdict), ["unverifiable", "refused", "FILE_NOT_DOWNLOADED"]);
  });

  it("reports files that the signer ignored, or rejects them", async () => {
    writeTree(model(), { "secret.bin": "x", ".git/HEAD": "y" });
    await signIt({ ignorePaths: ["secret.bin"] });
    const authorities = [key(prod.publicPem)];
    const warned = await check([{ authorities }]);
    assert.deepEqual(outcomeOf(warned), ["verified", "accepted"]);
    assert.deepEqual(
      warned.decision?.policies[0]?.warnings.map(({ code, details }) => [code, details["paths"]]),
      [["POLICY_SIGNER_IGNORED", ["secret.bin"]]],
    );
    const denied = await check([{ authorities, verification: "{ signerIgnoredPaths: deny }" }]);
    assert.deepEqual(outcomeOf(denied), ["untrusted", "refused", "POLICY_SIGNER_IGNORED"]);
    const expected = await check([
      { authorities, verification: "{ signerIgnoredPaths: deny, ignorePaths: [secret.bin] }" },
    ]);
    assert.deepEqual(outcomeOf(expected), ["verified", "accepted"]);
  });

  it("rejects files of .github that the signer ignored, but not git's own files", async () => {
    const authorities = [key(prod.publicPem)];
    const policy = [{ authorities, verification: "{ signerIgnoredPaths: deny }" }];
    writeTree(model(), { ".git/HEAD": "", ".gitignore": "", ".gitattributes": "" });
    await signIt({});
    assert.deepEqual(outcomeOf(await check(policy)), ["verified", "accepted"]);
    writeTree(model(), { ".github/workflows/ci.yml": "" });
    await signIt({});
    const denied = await check(policy);
    assert.deepEqual(outcomeOf(denied), ["untrusted", "refused", "POLICY_SIGNER_IGNORED"]);
    assert.deepEqual(denied.reasons.at(-1)?.details["paths"], [".github"]);
    const named = [{ authorities, verification: "{ signerIgnoredPaths: deny, ignorePaths: [.github] }" }];
    assert.deepEqual(outcomeOf(await check(named)), ["verified", "accepted"]);
  });

  it("rejects symlinks that the signer followed, unless they are allowed", async () => {
    await signIt({ allowSymlinks: true });
    const authorities = [key(prod.publicPem)];
    assert.deepEqual(outcomeOf(await check([{ authorities }])), ["untrusted", "refused", "POLICY_SYMLINKS"]);
    assert.deepEqual(outcomeOf(await check([{ authorities, verification: "{ allowSymlinks: true }" }])), [
      "verified",
      "accepted",
    ]);
  });

  describe("with a signature that a policy names,", () => {
    const named = (path: string): PolicyParts => ({
      authorities: [key(prod.publicPem)],
      verification: `{ signaturePath: ${path}, ignorePaths: [vendor.sig, model.sig] }`,
    });

    it("uses only that one, and requires it", async () => {
      await signIt();
      assert.deepEqual(outcomeOf(await check([named("vendor.sig")])), [
        "unsigned",
        "refused",
        "SIGNATURE_NOT_FOUND",
        "POLICY_SIGNATURE_REQUIRED",
      ]);
      renameSync(signature(), join(model(), "vendor.sig"));
      assert.deepEqual(outcomeOf(await check([named("vendor.sig")])), ["verified", "accepted"]);
    });

    it("finds it next to the model, in the workspace folder", async () => {
      await signIt({ signature: join(folder(), "models", "llama.sig") });
      assert.deepEqual(outcomeOf(await check([named("../llama.sig")])), ["verified", "accepted"]);
    });

    it("rejects it outside of the workspace folder, by its path or by a symlink", async () => {
      await signIt();
      const elsewhere = { folder: join(folder(), "ws") };
      mkdirSync(elsewhere.folder);
      const outside = await check([named("model.sig")], [], elsewhere);
      assert.deepEqual(outcomeOf(outside), ["unsigned", "refused", "POLICY_INVALID", "POLICY_SIGNATURE_REQUIRED"]);
      assert.match(outside.reasons[0]?.message ?? "", /leads out of the workspace folder/);
      if (process.platform === "win32") return;
      renameSync(signature(), join(folder(), "outside.sig"));
      symlinkSync("../../outside.sig", signature());
      const linked = await check([named("model.sig")], [], { folder: join(folder(), "models") });
      assert.deepEqual(outcomeOf(linked), ["unsigned", "refused", "POLICY_INVALID", "POLICY_SIGNATURE_REQUIRED"]);
    });

    it("reports a model that is gone as gone, and not as unsigned", async () => {
      rmSync(model(), { recursive: true });
      await assert.rejects(check([named("../llama.sig")]), { code: "MODEL_NOT_FOUND" });
    });

    it("requires each of two that two policies name", async () => {
      await signIt();
      await signIt({ signature: join(model(), "vendor.sig"), ignorePaths: ["model.sig"] });
      assert.deepEqual(outcomeOf(await check([named("model.sig"), named("vendor.sig")])), ["verified", "accepted"]);
      const byOther = { method: "key", privateKey: { label: "o", pem: other.privatePem } } as const;
      await signIt({
        signature: join(model(), "vendor.sig"),
        ignorePaths: ["model.sig"],
        identity: byOther,
        force: true,
      });
      const verdict = await check([named("model.sig"), named("vendor.sig")]);
      assert.deepEqual(outcomeOf(verdict).slice(0, 2), ["unverifiable", "refused"]);
      assert.equal(verdict.signature, join(model(), "vendor.sig"));
    });
  });

  it("uses the caller's signature rather than those of policies", async () => {
    await signIt();
    copyFileSync(signature(), join(folder(), "copy.sig"));
    rmSync(signature());
    const verdict = await check(
      [{ authorities: [key(prod.publicPem)], verification: "{ signaturePath: model.sig }" }],
      [],
      {
        signature: join(folder(), "copy.sig"),
      },
    );
    assert.deepEqual(outcomeOf(verdict), ["verified", "accepted"]);
  });

  it("rejects symlinks in a model that may not be followed", async function () {
    if (process.platform === "win32") this.skip();
    await signIt();
    rmSync(join(model(), "README.md"));
    symlinkSync("config.json", join(model(), "README.md"));
    assert.deepEqual(outcomeOf(await check([{ authorities: [key(prod.publicPem)] }])), ["modified", "refused"]);
  });
});
