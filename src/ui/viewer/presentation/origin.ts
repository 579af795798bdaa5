import type { Localizer } from "../../../core/presentation/localizer.ts";
import { type CiHost, ciHostOf, shortRef } from "../../../core/verification/ci-identity.ts";
import type { SigstoreSigner } from "../../../core/verification/signer.ts";
import type { Section } from "../messages.ts";
import { encodedPath, httpsUrl, type Links } from "./links.ts";

/** Characters of a commit that are shown. */
const COMMIT = 12;

/** Returns where a CI signer built it, from its verified certificate; undefined for people and keys. */
export function originOf(signer: SigstoreSigner, links: Links, { t }: Localizer): Section | undefined {
  const host = ciHostOf(signer.issuer);
  const { extensions } = signer;
  const repository =
    extensions["sourceRepositoryUri"] ?? githubRepository(extensions["githubWorkflowRepository"], host);
  if (repository === undefined) return undefined;
  const ref = extensions["sourceRepositoryRef"] ?? extensions["githubWorkflowRef"];
  const commit = extensions["sourceRepositoryDigest"] ?? extensions["githubWorkflowSha"];
  const workflow = extensions["buildConfigUri"] ?? extensions["buildSignerUri"];
  const pages = pagesOf(repository, host);
  const trigger = extensions["buildTrigger"] ?? extensions["githubWorkflowTrigger"];
  const text =
    host === undefined
      ? t("According to {0}, this was built from the following.", signer.issuer)
      : t("Signed by an automatic build, not by a person. The build service certifies what it was built from.");
  return {
    title: t("Where it was built"),
    sentences: [{ text, caution: false }],
    facts: [
      ...links.fact(t("Repository"), shortAddress(repository, host), repository),
      ...links.fact(t("Branch or tag"), ref, ref && pages?.tree(shortRef(ref))),
      ...links.fact(t("Commit"), commit?.slice(0, COMMIT), commit && pages?.commit(commit)),
      ...links.fact(t("Workflow"), workflow && shortAddress(workflow, host), workflow && pages?.file(workflow, commit)),
      ...links.fact(t("Started by"), trigger),
      ...links.fact(
        t("Run"),
        extensions["runInvocationUri"] && shortAddress(extensions["runInvocationUri"], host),
        extensions["runInvocationUri"],
      ),
    ],
  };
}

function githubRepository(name: string | undefined, host: CiHost | undefined): string | undefined {
  return name === undefined || host !== "github.com" ? undefined : `https://github.com/${name}`;
}

/** `acme/models` of a GitHub address that GitHub certified; otherwise the address without its scheme. */
function shortAddress(address: string, host: CiHost | undefined): string {
  const short = address.replace(/^https:\/\//, "");
  return host === "github.com" ? short.replace(/^github\.com\//, "") : short;
}

/** Addresses at the host that the provider certifies; others are only linked as they are. */
function pagesOf(repository: string, host: CiHost | undefined) {
  const base = repository.replace(/\/$/, "");
  if (host === undefined || httpsUrl(base)?.host !== host) return undefined;
  const between = host === "github.com" ? "" : "/-";
  return {
    tree: (ref: string) => `${base}${between}/tree/${encodedPath(ref)}`,
    commit: (sha: string) => `${base}${between}/commit/${encodedPath(sha)}`,
    /** @param workflow the address of the file in the repository, with `@` and the ref behind it */
    file: (workflow: string, commit: string | undefined) => {
      const [, path, ref] = /^(.*)@([^@]+)$/.exec(workflow) ?? [];
      const inside = path?.startsWith(`${base}/`) ? path.slice(base.length + 1).replace(/^\/+/, "") : undefined;
      const at = commit ?? (ref === undefined ? undefined : shortRef(ref));
      if (inside === undefined || at === undefined) return undefined;
      return `${base}${between}/blob/${encodedPath(at)}/${encodedPath(inside)}`;
    },
  };
}
