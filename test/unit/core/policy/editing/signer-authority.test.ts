import assert from "node:assert/strict";
import { join } from "node:path";
import { HashPool } from "../../../../../src/core/hashing/hash-pool.ts";
import { previewPolicy } from "../../../../../src/core/operations/policy/policy-preview.ts";
import { sign } from "../../../../../src/core/operations/sign/sign.ts";
import { authenticate } from "../../../../../src/core/operations/verify/verify.ts";
import { planEdit } from "../../../../../src/core/policy/editing/plan-edit.ts";
import { authoritiesFor, rootOf } from "../../../../../src/core/policy/editing/signer-authority.ts";
import type { Policy } from "../../../../../src/core/policy/policy.ts";
import { callingRepository } from "../../../../../src/core/verification/ci-identity.ts";
import type { SigstoreSigner } from "../../../../../src/core/verification/signer.ts";
import { makeChain } from "../../../../support/certificates.ts";
import { makeKeys } from "../../../../support/keys.ts";
import { decide, keylessSignature, policiesOf, policyText, type Signature } from "../../../../support/policies.ts";
import { useTemporaryFolder, writeTree } from "../../../../support/temporary-folder.ts";

const GITHUB = "https://token.actions.githubusercontent.com";
const workflow = (ref: string, file = "release.yml", repository = "acme/models") =>
  `https://github.com/${repository}/.github/workflows/${file}@${ref}`;

function sigstore(identity: string, issuer: string): SigstoreSigner {
  const { signer } = keylessSignature(identity, issuer);
  assert.ok(signer.method === "sigstore");
  return signer;
}

async function policyWith(authority: unknown): Promise<Policy> {
  const text = policyText({ authorities: ["static: { action: fail }"] }).replace(
    /authorities:[\s\S]*/,
    `authorities: ${JSON.stringify([authority])}\n`,
  );
  const [policy] = await policiesOf(text);
  assert.ok(policy);
  return policy;
}

const accepts = (policy: Policy, signed: Signature): boolean =>
  decide({ user: [policy], signed }).outcome === "accepted";

describe("the authorities that would accept a signer", () => {
  it("name a login exactly: subject and issuer", async () => {
    const google = "https://accounts.google.com";
    const choices = authoritiesFor(sigstore("alice@example.com", google), {});
    assert.deepEqual(
      choices.map(({ scope }) => scope),
      ["identity"],
    );
    const policy = await policyWith(choices[0]?.authority);
    assert.ok(accepts(policy, keylessSignature("alice@example.com", google)));
    for (const [subject, issuer] of [
      ["alice@example.com.evil.example", google],
      ["alice@exampleXcom", google],
      ["xalice@example.com", google],
      ["Alice@example.com", google],
      ["alice@example.com", `${google}/`],
      ["alice@example.com", "https://github.com/login/oauth"],
    ] as const) {
      assert.ok(!accepts(policy, keylessSignature(subject, issuer)), `${subject} ${issuer}`);
    }
  });

  it("name a workflow at its tag first, and at any tag as the wider choice", async () => {
    const choices = authoritiesFor(sigstore(workflow("refs/tags/v1.2"), GITHUB), {});
    assert.deepEqual(
      choices.map(({ scope, text }) => [scope, text]),
      [
        ["workflow-at-ref", "acme/models release.yml@refs/tags/v1.2"],
        ["workflow-at-any-tag", "acme/models release.yml@refs/tags/**"],
      ],
    );
    const [exact, anyTag] = await Promise.all(choices.map(({ authority }) => policyWith(authority)));
    assert.ok(exact && anyTag);
    for (const [identity, byExact, byAny] of [
      [workflow("refs/tags/v1.2"), true, true],
      [workflow("refs/tags/v1.2.0"), false, true],
      [workflow("refs/tags/v1x2"), false, true],
      [workflow("refs/tags/release/v2"), false, true],
      [workflow("refs/heads/main"), false, false],
      [workflow("refs/heads/refs/tags/v1.2"), false, false],
      [workflow("refs/tags/v1.2", "releaseXyml"), false, false],
      [workflow("refs/tags/v1.2", "release.yml", "acme/modelsx"), false, false],
      [workflow("refs/tags/v1.2", "release.yml", "acmeXmodels/models"), false, false],
      [`x${workflow("refs/tags/v1.2")}`, false, false],
      [`https://evil.example/?${workflow("refs/tags/v1.2")}`, false, false],
    ] as const) {
      const signed = keylessSignature(identity, GITHUB, "uri");
      assert.equal(accepts(exact, signed), byExact, identity);
      assert.equal(accepts(anyTag, signed), byAny, identity);
    }
    assert.ok(!accepts(anyTag, keylessSignature(workflow("refs/tags/v1.2"), "https://other.example", "uri")));
  });

  it("offer no tags for a branch, and no short form if it would not be equivalent", () => {
    const scopes = (identity: string, issuer = GITHUB, source = {}) =>
      authoritiesFor(sigstore(identity, issuer), source).map(({ scope }) => scope);
    assert.deepEqual(scopes(workflow("refs/heads/main")), ["workflow-at-ref"]);
    assert.deepEqual(scopes(workflow("refs/tags/v*")), ["identity"]);
    assert.deepEqual(scopes(workflow("refs/tags/v1", "a/b.yml")), ["identity"]);
    assert.deepEqual(scopes(workflow("refs/tags/v1"), "https://issuer.example"), ["identity"]);
    assert.deepEqual(scopes(workflow("refs/tags/v1"), GITHUB, { path: ".sigstore/trust.json" }), ["identity"]);
  });

  it("distinguish a workflow that was run for another repository", () => {
    const signer = sigstore(workflow("refs/tags/v1"), GITHUB);
    const from = (sourceRepositoryUri: string) => callingRepository({ ...signer, extensions: { sourceRepositoryUri } });
    assert.equal(from("https://github.com/acme/models"), undefined);
    assert.equal(from("https://github.com/acme/model"), "acme/model");
    assert.equal(from("https://github.com/evil/fork"), "evil/fork");
  });

  it("have an unused name", () => {
    const signer = sigstore("alice@example.com", "https://accounts.google.com");
    const taken = ["alice@example.com", "alice@example.com-2"];
    assert.equal(authoritiesFor(signer, {}, taken)[0]?.authority.name, "alice@example.com-3");
  });
});

describe("the models that a new authority would accept", () => {
  const folder = useTemporaryFolder();
  const pool = new HashPool({ workers: 0 });
  const [own, other] = [makeKeys(), makeKeys()];
  const chain = makeChain();
  after(() => pool.dispose());

  const publicSigstore = () => Promise.reject(new Error("no model is signed with Sigstore"));
  const model = (name: string) => join(folder(), "models", name);

  async function signedBy(pem: string, name: string): Promise<string> {
    writeTree(model(name), { "model.safetensors": name });
    const privateKey = { label: "key", pem };
    await sign({
      model: model(name),
      signature: join(model(name), "model.sig"),
      identity: { method: "key", privateKey },
      pool,
    });
    return model(name);
  }

  it("are those that the same key signed and the policy covers, and that were not accepted before", async () => {
    const [a, b, c] = [await signedBy(own.privatePem, "a"), await signedBy(own.privatePem, "b"), model("c")];
    const d = await signedBy(other.privatePem, "d");
    writeTree(c, { "model.safetensors": "c" });
    const outside = join(folder(), "elsewhere");
    writeTree(outside, { "model.safetensors": "x" });
    const text = policyText({
      globs: ["models/*"],
      authorities: [`key: { data: ${JSON.stringify(other.publicPem)} }`],
    });
    const path = join(folder(), "model-policy.yaml");
    const { policyBefore, policyAfter } = await planEdit(
      { path, text, policy: "team" },
      { kind: "authority", authority: { name: "own", key: { data: own.publicPem } } },
    );
    const options = { folder: folder(), models: [a, b, c, d, outside], publicSigstore };
    const accepted = async (policy: Policy): Promise<string[]> =>
      (await previewPolicy(policy, options)).filter(({ decision }) => decision.by === "signer").map((one) => one.model);
    assert.deepEqual([await accepted(policyBefore), await accepted(policyAfter)], [[d], [a, b, d]]);
    assert.deepEqual(
      (await previewPolicy(policyAfter, options)).map(({ decision }) => decision.satisfied),
      [true, true, false, true],
    );
  });

  it("do not include a deleted model", async () => {
    const a = await signedBy(own.privatePem, "a");
    const policy = await policyWith({ name: "own", key: { data: own.publicPem } });
    const options = { folder: folder(), models: [join(folder(), "gone"), a], publicSigstore };
    assert.deepEqual(
      (await previewPolicy(policy, options)).map(({ model: path }) => path),
      [a],
    );
  });

  it("name only the root that the certificate leads to", async () => {
    writeTree(model("c"), { "model.safetensors": "c" });
    const signature = join(model("c"), "model.sig");
    const { leaf, intermediate, root } = chain;
    await sign({
      model: model("c"),
      signature,
      identity: {
        method: "certificate",
        privateKey: { label: "leaf", pem: leaf.keys.privatePem },
        certificate: { label: "leaf", pem: leaf.pem },
        chain: [{ label: "intermediate", pem: intermediate.pem }],
      },
      pool,
    });
    const trust = { certificates: { roots: [{ label: "root", pem: root.pem }] } };
    const { signer } = await authenticate({ model: model("c"), signature, trust });
    assert.ok(signer?.method === "certificate");
    const stranger = makeChain();
    const pem = rootOf(signer, `${stranger.root.pem}\n${root.pem}`);
    assert.equal(pem?.replace(/\s/g, ""), root.pem.replace(/\s/g, ""));
    const choices = authoritiesFor(signer, { data: pem ?? "" });
    for (const { authority } of choices) {
      const policy = await policyWith(authority);
      const options = { folder: folder(), models: [model("c")], publicSigstore };
      assert.deepEqual(
        (await previewPolicy(policy, options)).map(({ decision }) => decision.satisfied),
        [true],
        JSON.stringify(authority),
      );
    }
    assert.ok(choices.length > 0);
  });
});
