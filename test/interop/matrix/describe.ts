import { HashPool } from "../../../src/core/hashing/hash-pool.ts";
import { skip } from "../../support/results.ts";
import { useTemporaryFolder } from "../../support/temporary-folder.ts";
import { ensureReference, type Reference } from "../reference.ts";
import { type Combination, CURVES, HASHINGS, METHODS } from "./combinations.ts";
import { compare, type Outcome } from "./compare.ts";
import { makeSigner } from "./signers.ts";

/** Defines a test for each method, curve and hash in the suite that calls it; returns the list that they fill. */
export function compareEach(combinations: readonly Combination[]): readonly Outcome[] {
  const folder = useTemporaryFolder();
  const pool = new HashPool({ workers: 0 });
  const outcomes: Outcome[] = [];
  let reference: Reference;

  before(function () {
    this.timeout(300_000); // the first run installs the reference
    if (process.platform === "win32") return skip(this, "links need rights that not everybody has on Windows");
    const found = ensureReference();
    if ("missing" in found) return skip(this, found.missing);
    reference = found;
  });
  after(() => {
    reference?.library.stop();
    return pool.dispose();
  });

  for (const method of METHODS) {
    for (const curve of CURVES) {
      for (const hashing of HASHINGS) {
        const some = combinations.filter(
          (one) => one.method === method && one.curve === curve && one.hashing === hashing,
        );
        if (some.length === 0) continue;
        it(`is the same there and here with a ${method}, ${curve}, ${hashing.name}`, async () => {
          const signer = makeSigner(folder(), "signer", { method, curve });
          const stranger = makeSigner(folder(), "stranger", { method, curve });
          for (const one of some) {
            outcomes.push(await compare(one, { signer, stranger }, reference.library, pool));
          }
        });
      }
    }
  }
  return outcomes;
}
