import type { SigstoreSigner } from "./signer.ts";

/** The OpenID provider of GitHub's workflows. */
export const GITHUB_ACTIONS_ISSUER = "https://token.actions.githubusercontent.com";

/** Hosts of repositories, by the OpenID provider of their CI. Only that provider is accepted for the host. */
const HOSTS: ReadonlyMap<string, CiHost> = new Map([
  [GITHUB_ACTIONS_ISSUER, "github.com"],
  ["https://gitlab.com", "gitlab.com"],
]);

export type CiHost = "github.com" | "gitlab.com";

/** A workflow that signs by itself, as its identity names it. */
export interface CiIdentity {
  readonly host: CiHost;
  /** `owner/name`; at GitLab, groups may be nested. */
  readonly repository: string;
  /** At GitHub the file in `.github/workflows`, at GitLab the path in the repository. */
  readonly workflow: string;
  /** In full: `refs/tags/v1.2`. No asterisk is in it: Git allows none. */
  readonly ref: string;
}

/** What Fulcio certifies (its `docs/oidc.md`): `https://github.com/acme/models/.github/workflows/release.yml@refs/tags/v1.2`. */
const IDENTITIES: Readonly<Record<CiHost, RegExp>> = {
  "github.com": /^https:\/\/github\.com\/([\w.-]+\/[\w.-]+)\/\.github\/workflows\/([^/*@\s]+\.ya?ml)@(refs\/[^*\s]+)$/,
  "gitlab.com": /^https:\/\/gitlab\.com\/([\w.-]+(?:\/[\w.-]+)+)\/\/([^*@\s]+\.ya?ml)@(refs\/[^*\s]+)$/,
};

type Named = Pick<SigstoreSigner, "identity" | "identityType" | "issuer">;

/** Returns the host whose CI uses this OpenID provider; undefined for any other provider. */
export function ciHostOf(issuer: string): CiHost | undefined {
  return HOSTS.get(issuer);
}

/** Returns the workflow that signed; undefined where the issuer is not the host's own provider, whatever the identity looks like. */
export function ciIdentity({ identity, identityType, issuer }: Named): CiIdentity | undefined {
  const host = ciHostOf(issuer);
  if (host === undefined || identityType !== "uri") return undefined;
  const [, repository, workflow, ref] = IDENTITIES[host].exec(identity) ?? [];
  if (repository === undefined || workflow === undefined || ref === undefined) return undefined;
  return { host, repository, workflow, ref };
}

/** `v1.2` of `refs/tags/v1.2`; of other refs, all. */
export function shortRef(ref: string): string {
  return ref.replace(/^refs\/(?:heads|tags)\//, "");
}

/**
 * Returns the repository that called a reusable GitHub workflow, if it differs from the workflow's own: every caller
 * signs with the workflow's identity.
 */
export function callingRepository(signer: Named & Pick<SigstoreSigner, "extensions">): string | undefined {
  const { sourceRepositoryUri: source } = signer.extensions;
  const at = "https://github.com/";
  if (ciIdentity(signer)?.host !== "github.com" || source === undefined || !source.startsWith(at)) return undefined;
  return signer.identity.startsWith(`${source}/`) ? undefined : source.slice(at.length);
}

export interface GitHubWorkflow {
  /** `owner/name` */
  readonly repository: string;
  /** The file in `.github/workflows`. */
  readonly workflow: string;
  /** In full, with `*` (anything but a slash) and `**` (anything): `refs/tags/v*`. */
  readonly ref: string;
  /** The OpenID provider of GitHub Enterprise; that of github.com, if absent. */
  readonly issuer?: string | undefined;
}

/**
 * The host of repositories whose workflows get identities from a GitHub OpenID provider: github.com, also with an
 * enterprise's own path; `NAME.ghe.com`; or the server that the provider is on.
 *
 * @param issuer a URL
 */
export function gitHubHost(issuer: string): string {
  const host = new URL(issuer).host;
  if (host === new URL(GITHUB_ACTIONS_ISSUER).host) return "github.com";
  return host.replace(/^token\.actions\.(?=[^.]+\.ghe\.com$)/, "");
}

/** The identity that Sigstore certifies for a workflow: exact, or an expression that is anchored at both ends. */
export function workflowIdentity({ repository, workflow, ref, issuer = GITHUB_ACTIONS_ISSUER }: GitHubWorkflow): {
  readonly issuer: string;
  readonly subject?: string;
  readonly subjectRegExp?: string;
} {
  const subject = `https://${gitHubHost(issuer)}/${repository}/.github/workflows/${workflow}@${ref}`;
  if (!ref.includes("*")) return { issuer, subject };
  const expression = subject.replaceAll(/\*+|[.+?^$(){}[\]|\\]/g, (found) => {
    if (found === "*") return "[^/]*";
    return found.startsWith("*") ? ".*" : `\\${found}`;
  });
  return { issuer, subjectRegExp: `^${expression}$` };
}
