import assert from "node:assert/strict";
import { join } from "node:path";
import { HashPool } from "../../../../src/core/hashing/hash-pool.ts";
import { sign } from "../../../../src/core/operations/sign/sign.ts";
import {
  authenticateWithPolicy,
  type PolicyVerifyOptions,
  verifyWithPolicy,
} from "../../../../src/core/operations/verify/verify-with-policy.ts";
import type { Policy } from "../../../../src/core/policy/policy.ts";
import type { Verdict } from "../../../../src/core/verdict.ts";
import { bundleText, fileResources, makeStatement, signBundle } from "../../../support/bundles.ts";
import { makeKeys } from "../../../support/keys.ts";
import { type PolicyParts, policyOf } from "../../../support/policies.ts";
import { useTemporaryFolder, writeTree } from "../../../support/temporary-folder.ts";

const prod = makeKeys();
const team = makeKeys();
const stranger = makeKeys();
const pool = new HashPool({ workers: 0 });
const FILES = { "config.json": "{}", "weights/a.bin": "0123456789" };
const key = ({ publicPem }: typeof prod) => `key: { data: ${JSON.stringify(publicPem)} }`;

describe("several signatures of one model, with policies", () => {
  const folder = useTemporaryFolder();
  const model = () => join(folder(), "llama");

  beforeEach(() => writeTree(model(), FILES));
  after(() => pool.dispose());

  const signWith = (keys: typeof prod, name: string) => {
    const identity = { method: "key", privateKey: { label: "k", pem: keys.privatePem } } as const;
    return sign({ model: model(), signature: join(folder(), name), identity, pool });
  };
  async function check(
    parts: readonly PolicyParts[],
    operation: typeof verifyWithPolicy = verifyWithPolicy,
    options: Partial<PolicyVerifyOptions> = {},
  ): Promise<Verdict> {
    const workspace: Policy[] = [];
    for (const part of parts) workspace.push(...(await policyOf(part, folder())));
    return operation({
      model: model(),
      policies: { user: [], workspace, invalid: [] },
      workspaceTrusted: true,
      folder: folder(),
      path: "llama",
      publicSigstore: () => Promise.reject(new Error("not asked for")),
      pool,
      ...options,
    });
  }
  const outcome = ({ state, decision, signature = "" }: Verdict) => [
    state,
    decision?.outcome,
    signature.slice(folder().length + 1).replaceAll("\\", "/"),
  ];

  it("verify if the policy accepts one of them, wherever it is", async () => {
    await signWith(stranger, "llama/model.sig");
    await signWith(prod, "llama.sig");
    const verdict = await check([{ authorities: [key(prod)] }]);
    assert.deepEqual(outcome(verdict), ["verified", "accepted", "llama.sig"]);
    assert.deepEqual(
      verdict.signatures?.map(({ accepted, decisive }) => [accepted, decisive]),
      [
        [false, false],
        [true, true],
      ],
    );
    assert.deepEqual(outcome(await check([{ authorities: [key(prod)] }], authenticateWithPolicy)), [
      "unchecked",
      "accepted",
      "llama.sig",
    ]);
  });

  it("satisfy each of two policies with a separate signature", async () => {
    await signWith(prod, "llama/model.sig");
    await signWith(team, "llama/team.sig");
    const both = [
      { name: "a", authorities: [key(prod)] },
      { name: "b", authorities: [key(team)] },
    ];
    assert.deepEqual(outcome(await check(both)), ["verified", "accepted", "llama/model.sig"]);
    writeTree(model(), { "weights/a.bin": "tampered" });
    assert.deepEqual(outcome(await check(both)), ["modified", "refused", "llama/model.sig"]);
  });

  it("do not help an unknown key's signature over tampered files, whatever its name", async () => {
    await signWith(prod, "llama/team.sig");
    writeTree(model(), { "weights/a.bin": "tampered" });
    const before = await check([{ authorities: [key(prod)] }]);
    for (const name of ["llama/model.sig", "llama/a.oms.sig", "llama.sig"]) await signWith(stranger, name);
    const verdict = await check([{ authorities: [key(prod)] }]);
    assert.deepEqual(outcome(verdict), ["modified", "refused", "llama/team.sig"]);
    assert.deepEqual(outcome(verdict), outcome(before));
    assert.equal(verdict.signatures?.length, 4);
  });

  it("are rejected if no signer is accepted, and only warned about in mode warn", async () => {
    await signWith(stranger, "llama/model.sig");
    await signWith(team, "llama/team.sig");
    assert.equal((await check([{ authorities: [key(prod)] }])).decision?.outcome, "refused");
    const verdict = await check([{ authorities: [key(prod)], mode: "warn" }]);
    assert.deepEqual(outcome(verdict).slice(0, 2), ["unverifiable", "warned"]);
  });

  it("verify next to a damaged signature, also if another policy makes an exception", async () => {
    await signWith(prod, "llama/model.sig");
    writeTree(folder(), { "llama.sig": "{", "llama.oms.sig": "{" });
    const both = [
      { name: "a", authorities: [key(prod)] },
      { name: "b", authorities: ["static: { action: pass, message: until then }"] },
    ];
    const verdict = await check(both);
    assert.equal(verdict.signatures?.length, 2);
    assert.deepEqual(outcome(verdict), ["verified", "accepted", "llama/model.sig"]);
    writeTree(model(), { "weights/a.bin": "tampered" });
    assert.deepEqual(outcome(await check(both)), ["modified", "refused", "llama/model.sig"]);
  });

  it("are ignored except the one that a policy names", async () => {
    await signWith(stranger, "llama/model.sig");
    await signWith(prod, "llama/team.sig");
    const named = (path: string) => [{ authorities: [key(prod)], verification: `{ signaturePath: ${path} }` }];
    assert.equal((await check(named("model.sig"))).decision?.outcome, "refused");
    const verdict = await check(named("team.sig"));
    assert.deepEqual(outcome(verdict), ["verified", "accepted", "llama/team.sig"]);
    assert.equal(verdict.signatures, undefined);
    const given = { signature: join(model(), "model.sig") };
    assert.equal((await check([{ authorities: [key(prod)] }], verifyWithPolicy, given)).decision?.outcome, "refused");
  });

  it("are added files for a policy that denies them, and only for that policy", async () => {
    await signWith(prod, "llama/model.sig");
    const statement = makeStatement(fileResources(FILES), { name: "llama" });
    writeTree(model(), { "team.sig": bundleText(signBundle(statement, { keys: team })) });
    const denying = { name: "strict", authorities: [key(prod)], verification: "{ otherSignatures: deny }" };
    assert.equal((await check([{ authorities: [key(prod)] }])).state, "verified");
    assert.deepEqual(outcome(await check([denying])), ["modified", "refused", "llama/model.sig"]);
    const mixed = await check([
      { name: "a", authorities: [key(prod)] },
      { ...denying, mode: "warn" },
    ]);
    assert.deepEqual(
      mixed.decision?.policies.map(({ satisfied }) => satisfied),
      [true, false],
    );
    assert.equal(mixed.state, "untrusted");
  });

  it("do not count as ignored by the signer", async () => {
    await signWith(team, "llama/model.sig");
    await signWith(prod, "llama/team.sig");
    const strict = { authorities: [key(prod)], verification: "{ signerIgnoredPaths: deny }" };
    assert.deepEqual(outcome(await check([strict])), ["verified", "accepted", "llama/team.sig"]);
  });
});
