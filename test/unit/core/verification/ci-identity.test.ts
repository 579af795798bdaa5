import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../../../scripts/fetch.mjs";
import { callingRepository, ciIdentity, GITHUB_ACTIONS_ISSUER } from "../../../../src/core/verification/ci-identity.ts";

const WORKFLOW = "https://github.com/acme/models/.github/workflows/release.yml@refs/tags/v1.2";
const PIPELINE = "https://gitlab.com/acme/ml/models//.gitlab-ci.yml@refs/heads/main";

const parse = (identity: string, issuer = GITHUB_ACTIONS_ISSUER, identityType: "uri" | "email" = "uri") =>
  ciIdentity({ identity, issuer, identityType });

describe("the identity of a CI workflow", () => {
  it("is read from identities of its own provider", () => {
    assert.deepEqual(parse(WORKFLOW), {
      host: "github.com",
      repository: "acme/models",
      workflow: "release.yml",
      ref: "refs/tags/v1.2",
    });
    assert.deepEqual(parse(PIPELINE, "https://gitlab.com"), {
      host: "gitlab.com",
      repository: "acme/ml/models",
      workflow: ".gitlab-ci.yml",
      ref: "refs/heads/main",
    });
  });

  it("cannot be claimed through another provider", () => {
    for (const issuer of [
      "https://evil.example",
      "https://accounts.google.com",
      "https://gitlab.com",
      "",
      `${GITHUB_ACTIONS_ISSUER}/`,
      `${GITHUB_ACTIONS_ISSUER}.evil.example`,
      GITHUB_ACTIONS_ISSUER.toUpperCase(),
    ]) {
      assert.equal(parse(WORKFLOW, issuer), undefined, issuer);
    }
    assert.equal(parse(PIPELINE), undefined);
    assert.equal(parse(WORKFLOW, GITHUB_ACTIONS_ISSUER, "email"), undefined);
  });

  it("does not exist for other forms", () => {
    for (const identity of [
      `x${WORKFLOW}`,
      `https://evil.example/?${WORKFLOW}`,
      WORKFLOW.replace("github.com", "github.com.evil.example"),
      WORKFLOW.replace("https:", "http:"),
      WORKFLOW.replace("acme/models", "acme/models/deeper"),
      WORKFLOW.replace("acme/models", "acme@evil.example/models"),
      WORKFLOW.replace("release.yml", "a/release.yml"),
      WORKFLOW.replace("refs/tags/v1.2", "v1.2"),
      `${WORKFLOW}*`,
      `${WORKFLOW}\nx`,
    ]) {
      assert.equal(parse(identity), undefined, identity);
    }
  });

  it("names the calling repository only for GitHub's own provider", () => {
    const extensions = { sourceRepositoryUri: "https://github.com/evil/fork" };
    const signer = { identity: WORKFLOW, identityType: "uri", extensions } as const;
    assert.equal(callingRepository({ ...signer, issuer: GITHUB_ACTIONS_ISSUER }), "evil/fork");
    assert.equal(callingRepository({ ...signer, issuer: "https://evil.example" }), undefined);
  });

  it("is parsed in one file only", () => {
    for (const file of readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" })) {
      if (!file.endsWith(".ts") || file.endsWith("ci-identity.ts")) continue;
      const text = readFileSync(join(ROOT, "src", file), "utf8");
      assert.doesNotMatch(text, /token\.actions\.githubusercontent|workflows\\?\//, file);
    }
  });
});
