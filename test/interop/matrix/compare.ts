import assert from "node:assert/strict";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HashPool } from "../../../src/core/hashing/hash-pool.ts";
import type { ReferenceLibrary } from "../reference-library.ts";
import { type Combination, knownDifference } from "./combinations.ts";
import { SignedModel, type Signer } from "./signed-model.ts";

/** What was seen of one combination. */
export interface Outcome {
  readonly combination: Combination;
  /** Whether the reference verifies what we sign. */
  readonly theyVerify: boolean;
  /** Whether we verify what the reference signs. */
  readonly weVerify: boolean;
  /** Tampered copies that both rejected, of signatures that both had verified. */
  readonly rejected: number;
}

/**
 * Signs a model here and there, has both verify both signatures, and both reject each tampered copy and another signer.
 * Fails where one does what it should not, known differences aside.
 */
export async function compare(
  combination: Combination,
  signers: { readonly signer: Signer; readonly stranger: Signer },
  reference: ReferenceLibrary,
  pool: HashPool,
): Promise<Outcome> {
  const folder = realpathSync.native(mkdtempSync(join(tmpdir(), "matrix-")));
  try {
    const { signer, stranger } = signers;
    const model = new SignedModel(folder, combination, reference, pool);
    await model.signHere(signer);
    assert.equal(await model.verifyHere(signer), "verified", "we do not verify what we sign");
    const { ok, text } = await model.verifyThere(signer);
    const difference = knownDifference(combination);
    if (difference === undefined) assert.ok(ok, `the reference rejects what we sign: ${text}`);
    else assert.match(text, difference);
    const ours = ok ? await rejections(model, signer, stranger) : 0;
    model.removeSignature();

    const signed = await model.signThere(signer);
    assert.ok(signed.ok, `the reference does not sign: ${signed.text}`);
    const weVerify = (await model.verifyHere(signer)) === "verified";
    assert.ok(weVerify, "we reject what the reference signs");
    const own = await model.verifyThere(signer);
    assert.ok(own.ok, `the reference rejects its own: ${own.text}`);
    return { combination, theyVerify: ok, weVerify, rejected: ours + (await rejections(model, signer, stranger)) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function rejections(model: SignedModel, signer: Signer, stranger: Signer): Promise<number> {
  const bundle = model.read();
  let count = 0;
  for (const [what, apply] of Object.entries(model.tamper())) {
    apply();
    assert.notEqual(await model.verifyHere(signer), "verified", `we accept it with ${what}`);
    assert.ok(!(await model.verifyThere(signer)).ok, `the reference accepts it with ${what}`);
    model.restore(bundle);
    count++;
  }
  assert.notEqual(await model.verifyHere(stranger), "verified", "we accept it with another signer's key");
  assert.ok(!(await model.verifyThere(stranger)).ok, "the reference accepts it with another signer's key");
  return count + 1;
}
