import assert from "node:assert/strict";
import { missingAddresses, PLACEHOLDER } from "../../../scripts/release-address.ts";
import { git } from "../../support/git.ts";
import { useTemporaryFolder, writeTree } from "../../support/temporary-folder.ts";

describe("the address of the repository that a release needs", () => {
  const folder = useTemporaryFolder();
  const repository = { url: "git+https://github.com/acme/provenance.git" };

  function repositoryWith(files: Readonly<Record<string, string>>): void {
    writeTree(folder(), files);
    git(folder(), "init", "-q");
    git(folder(), "add", ".");
  }

  it("is complete where it stands everywhere", () => {
    repositoryWith({ "README.md": "uses: acme/provenance@v0.1.0\n" });
    assert.deepEqual(missingAddresses(folder(), repository, "acme/provenance"), []);
  });

  it("is missing at each line that has a placeholder", () => {
    repositoryWith({
      "README.md": `a\nuses: ${PLACEHOLDER}@v0.1.0\n`,
      ".github/workflows/x.yml": `# ${PLACEHOLDER}\n`,
    });
    assert.deepEqual(missingAddresses(folder(), repository, "acme/provenance"), [
      `.github/workflows/x.yml:1 has ${PLACEHOLDER} for the repository's address`,
      `README.md:2 has ${PLACEHOLDER} for the repository's address`,
    ]);
  });

  it("is missing in package.json, or another one", () => {
    repositoryWith({ a: "" });
    assert.deepEqual(missingAddresses(folder(), undefined, "acme/provenance"), [
      'package.json has no "repository" on GitHub',
    ]);
    assert.deepEqual(missingAddresses(folder(), repository, "acme/fork"), [
      "package.json has the repository acme/provenance, and this is acme/fork",
    ]);
  });
});
