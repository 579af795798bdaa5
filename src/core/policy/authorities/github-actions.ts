import { GITHUB_ACTIONS_ISSUER, gitHubHost, workflowIdentity } from "../../verification/ci-identity.ts";
import { report } from "../read-context.ts";
import type { AuthorityForm } from "./authority-kind.ts";
import { readIdentity } from "./identity.ts";

/** Short for a keyless identity. */
export const githubActions: AuthorityForm<"githubActions"> = {
  async read(context, base, workflow, path) {
    const { issuer = GITHUB_ACTIONS_ISSUER, callingRepository } = workflow;
    if (!URL.canParse(issuer)) return void report(context, "identity", `${issuer} is not a URL.`, [...path, "issuer"]);
    const identity = readIdentity(context, workflowIdentity(workflow), path);
    const source = callingRepository && { source: `https://${gitHubHost(issuer)}/${callingRepository}` };
    return identity && { ...base, kind: "keyless", identities: [{ ...identity, ...source }] };
  },
};
