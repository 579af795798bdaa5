import { GITHUB_ACTIONS_ISSUER, gitHubHost, workflowIdentity } from "../../verification/ci-identity.ts";
import { Placeholder } from "../authoring/template.ts";
import { report } from "../read-context.ts";
import type { AuthorityForm } from "./authority-kind.ts";
import { readIdentity } from "./identity.ts";

const GITHUB_ACTIONS = {
  repository: new Placeholder(2, "owner/name"),
  workflow: new Placeholder(3, "release.yml"),
  ref: new Placeholder(4, "refs/tags/v*"),
};

/** Short for a keyless identity. */
export const githubActions: AuthorityForm<"githubActions"> = {
  async read(context, base, workflow, path) {
    const { issuer = GITHUB_ACTIONS_ISSUER, callingRepository } = workflow;
    if (!URL.canParse(issuer)) return void report(context, "identity", `${issuer} is not a URL.`, [...path, "issuer"]);
    const identity = readIdentity(context, workflowIdentity(workflow), path);
    const source = callingRepository && { source: `https://${gitHubHost(issuer)}/${callingRepository}` };
    return identity && { ...base, kind: "keyless", identities: [{ ...identity, ...source }] };
  },
  templates: [
    {
      label: "GitHub Actions workflow",
      description: "Accepts what one workflow of one repository signed, on the refs that you name.",
      template: { name: new Placeholder(1, "release"), githubActions: GITHUB_ACTIONS },
    },
  ],
  fields: { githubActions: GITHUB_ACTIONS },
};
