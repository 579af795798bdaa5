/** The OpenID provider of GitHub's workflows. */
export const GITHUB_ACTIONS_ISSUER = "https://token.actions.githubusercontent.com";

export interface GitHubWorkflow {
  /** `owner/name` */
  readonly repository: string;
  /** The file in `.github/workflows`. */
  readonly workflow: string;
  /** In full, with `*` (anything but a slash) and `**` (anything): `refs/tags/v*`. */
  readonly ref: string;
}

/** The identity that Sigstore certifies for a workflow: exact, or an expression that is anchored at both ends. */
export function workflowIdentity({ repository, workflow, ref }: GitHubWorkflow): {
  readonly issuer: string;
  readonly subject?: string;
  readonly subjectRegExp?: string;
} {
  const subject = `https://github.com/${repository}/.github/workflows/${workflow}@${ref}`;
  if (!ref.includes("*")) return { issuer: GITHUB_ACTIONS_ISSUER, subject };
  const expression = subject.replaceAll(/\*+|[.+?^$(){}[\]|\\]/g, (found) => {
    if (found === "*") return "[^/]*";
    return found.startsWith("*") ? ".*" : `\\${found}`;
  });
  return { issuer: GITHUB_ACTIONS_ISSUER, subjectRegExp: `^${expression}$` };
}
