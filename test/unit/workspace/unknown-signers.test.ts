import assert from "node:assert/strict";
import type { ErrorCode, ErrorDetails } from "../../../src/core/errors.ts";
import { ENGLISH } from "../../../src/core/presentation/localizer.ts";
import { trustLabel } from "../../../src/core/presentation/unknown-signer.ts";
import type { Verdict } from "../../../src/core/verdict.ts";
import type { KnownModel } from "../../../src/workspace/registry.ts";
import { notedUnknownSigners, unknownSigners } from "../../../src/workspace/unknown-signers.ts";
import { worstFirst } from "../../../src/workspace/worst-first.ts";

const NVIDIA = "CN=NVIDIA Agentic Root CA,O=NVIDIA Corporation";
const DECISION = { outcome: "refused", path: "m", policies: [], reasons: [] } as const;

function model(path: string, verdict: Partial<Verdict>): KnownModel {
  const signature = `${path}/model.sig`;
  return {
    path,
    kind: "directory",
    verdict: { state: "unverifiable", model: path, signature, reasons: [], ...verdict },
  };
}

function because(code: ErrorCode, details: ErrorDetails = {}): Partial<Verdict> {
  return { reasons: [{ code, message: "", details }] };
}

const skills = ["a", "b", "c"].map((name) =>
  model(`/skills/${name}`, because("CERTIFICATE_NO_ROOTS", { authority: NVIDIA })),
);
const keyed = model("/keyed", because("KEY_UNKNOWN", { found: "9f2c" }));
const verified = model("/verified", { state: "verified" });

describe("unknown signers", () => {
  it("are one group for each missing root or key, the largest first", () => {
    const other = model("/other", because("CERTIFICATE_UNTRUSTED_ROOT", { authority: "CN=Other" }));
    const groups = unknownSigners([other, keyed, ...skills, verified]);
    assert.deepEqual(
      groups.map(({ kind, claims, models }) => [kind, claims, models.length]),
      [
        ["certificate", NVIDIA, 3],
        ["certificate", "CN=Other", 1],
        ["key", "9f2c", 1],
      ],
    );
  });

  it("do not include what trust settings cannot change: other reasons, and models that a policy covers", () => {
    const expired = model("/expired", { ...because("CERTIFICATE_EXPIRED"), state: "invalid" });
    const offline = model("/offline", because("TRUST_ROOT_UNREADABLE"));
    const covered = model("/covered", { ...because("CERTIFICATE_NO_ROOTS"), decision: DECISION });
    assert.deepEqual(unknownSigners([expired, offline, covered]), []);
  });

  it("have a line if nothing is verified, or if they concern several models", () => {
    const kinds = (models: readonly KnownModel[]) => notedUnknownSigners(models).map(({ kind }) => kind);
    assert.deepEqual(kinds([keyed, ...skills]), ["certificate", "key"]);
    assert.deepEqual(kinds([verified, keyed, ...skills]), ["certificate"]);
  });

  it("have one action, named after the missing key or root", () => {
    const label = ({ verdict }: KnownModel) => trustLabel(verdict, ENGLISH.t);
    const [skill] = skills;
    assert.ok(skill);
    assert.equal(label(skill), "Trust Root Certificate…");
    assert.equal(label(keyed), "Trust Key…");
    assert.equal(label({ ...keyed, verdict: { ...keyed.verdict, decision: DECISION } }), "Trust Signer…");
    assert.equal(label(model("/u", { state: "untrusted" })), "Trust Signer…");
    const exception = { ...DECISION, outcome: "exception" } as const;
    assert.equal(label(model("/u", { state: "untrusted", decision: exception })), undefined);
    assert.equal(label(verified), undefined);
  });
});

describe("the models that need attention most", () => {
  it("are first, in the order of the list within one state", () => {
    const changed = model("/z", { state: "modified" });
    const demanded = model("/unsigned", { state: "unsigned", decision: DECISION });
    const unsigned = model("/draft", { state: "unsigned" });
    const order = worstFirst([verified, unsigned, ...skills, demanded, changed], 6).map(({ path }) => path);
    assert.deepEqual(order, ["/z", "/unsigned", "/skills/a", "/skills/b", "/skills/c", "/draft"]);
  });
});
