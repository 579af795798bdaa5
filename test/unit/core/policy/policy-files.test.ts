import assert from "node:assert/strict";
import { join } from "node:path";
import { findPolicyFiles, policySetOf, userPolicyPath } from "../../../../src/core/policy/policy-files.ts";
import { readPolicies } from "../../../../src/core/policy/read-policies.ts";
import { policyText } from "../../../support/policies.ts";
import { useTemporaryFolder, writeTree } from "../../../support/temporary-folder.ts";

describe("policy files", () => {
  const folder = useTemporaryFolder();

  it("are at the top of a workspace folder, or in its folder .sigstore", async () => {
    const names = [
      "model-policy.yaml",
      "model-policy.yml",
      "vendor.model-policy.yaml",
      ".sigstore/model-policy.json",
      ".sigstore/a.model-policy.yml",
    ];
    const others = [
      "policy.yaml",
      "model-policy.yaml.bak",
      "models/model-policy.yaml",
      ".sigstore/trust.json",
      "my-model-policy.yaml",
    ];
    writeTree(folder(), Object.fromEntries([...names, ...others].map((name) => [name, ""])));
    const found = await findPolicyFiles(folder());
    assert.deepEqual(
      found,
      [
        "model-policy.yaml",
        "model-policy.yml",
        "vendor.model-policy.yaml",
        ".sigstore/a.model-policy.yml",
        ".sigstore/model-policy.json",
      ].map((name) => join(folder(), name)),
    );
    assert.deepEqual(await findPolicyFiles(join(folder(), "none")), []);
  });

  it("of the user are in the folder for configurations", () => {
    const end = join("model-provenance", "model-policy.yaml");
    assert.equal(userPolicyPath({}, "linux", "/home/a"), join("/home/a/.config", end));
    assert.equal(userPolicyPath({ XDG_CONFIG_HOME: "/x" }, "linux", "/home/a"), join("/x", end));
    assert.equal(userPolicyPath({}, "darwin", "/Users/a"), join("/Users/a/Library/Application Support", end));
    assert.equal(userPolicyPath({ APPDATA: "/r" }, "win32", "/u"), join("/r", end));
    assert.equal(userPolicyPath({}, "win32", "/u"), join("/u/AppData/Roaming", end));
    // The current folder may be anyone's.
    for (const XDG_CONFIG_HOME of ["", ".", "conf"])
      assert.equal(userPolicyPath({ XDG_CONFIG_HOME }, "linux", "/home/a"), join("/home/a/.config", end));
    assert.equal(userPolicyPath({ APPDATA: "" }, "win32", "/u"), join("/u/AppData/Roaming", end));
  });

  it("with an error reject, both of the user and of the workspace", async () => {
    const read = (text: string) => readPolicies(Buffer.from(text), join(folder(), "p.yaml"));
    const good = await read(policyText({ authorities: ["static: { action: pass }"] }));
    const half = await read(`${policyText({ authorities: ["static: { action: pass }"] })}---\nkind: x\n`);
    assert.deepEqual(policySetOf([good], []).invalid, []);
    for (const set of [policySetOf([half], [good]), policySetOf([good], [half])]) {
      assert.equal(set.invalid.length, 1);
      assert.equal(set.user.length + set.workspace.length, 2);
    }
  });
});
