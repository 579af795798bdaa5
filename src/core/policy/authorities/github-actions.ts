import { workflowIdentity } from "../../verification/ci-identity.ts";
import { Placeholder } from "../authoring/template.ts";
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
    const identity = readIdentity(context, workflowIdentity(workflow), path);
    return identity && { ...base, kind: "keyless", identities: [identity] };
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
