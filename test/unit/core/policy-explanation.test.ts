import assert from "node:assert/strict";
import { join } from "node:path";
import type { Policy } from "../../../src/core/policy/policy.ts";
import { readPolicies } from "../../../src/core/policy/read-policies.ts";
import { explainPolicies } from "../../../src/core/policy-explanation.ts";
import { signWith } from "../../support/editor-workspace.ts";
import { makeKeys } from "../../support/keys.ts";
import { policyText } from "../../support/policies.ts";
import { useTemporaryFolder, writeTree } from "../../support/temporary-folder.ts";

describe("explainPolicies", () => {
  const folder = useTemporaryFolder();
  const [prod, other] = [makeKeys(), makeKeys()];

  /** The policy that accepts this key, as if it stood in the same file as all others. */
  async function policyFor({ publicPem }: { readonly publicPem: string }): Promise<Policy[]> {
    const text = policyText({ authorities: [`key: { data: ${JSON.stringify(publicPem)} }`] });
    const { policies, diagnostics } = await readPolicies(Buffer.from(text), join(folder(), "p.yaml"), folder());
    assert.deepEqual(diagnostics, []);
    return [...policies];
  }

  it("evaluates two policies of the same name and place in a file apart", async () => {
    const model = join(folder(), "models", "llama");
    writeTree(model, { "model.safetensors": "weights" });
    await signWith(model, prod.privatePem);
    const explained = await explainPolicies({
      model,
      folder: folder(),
      path: "models/llama",
      policies: { user: await policyFor(prod), workspace: [...(await policyFor(other)), ...(await policyFor(prod))] },
      publicSigstore: () => assert.fail("a signature with a key needs no Sigstore"),
    });
    assert.deepEqual(
      explained.map(({ source, authorities }) => [source, authorities.map(({ accepted }) => accepted)]),
      [
        ["user", [true]],
        ["workspace", [false]],
        ["workspace", [true]],
      ],
    );
  });
});
