import { DEFAULT_FULCIO_URL, DEFAULT_REKOR_URL } from "sigstore";
import { stringify } from "yaml";
import { kindOf } from "../authorities/table.ts";
import type { Authority, Policy } from "../policy.ts";
import type { AuthorityDocument, IdentityDocument } from "../policy-document.ts";
import { authoritiesOrNone, type PolicyDraft, type UnsupportedField } from "./draft.ts";
import type { FieldReader } from "./field-reader.ts";

/** As Sigstore's policy-controller documents `policy.sigstore.dev/v1beta1`. */
export function importClusterImagePolicy(document: FieldReader, models: readonly string[]): PolicyDraft {
  const metadata = document.inside("metadata");
  const name = metadata.text("name") ?? "imported";
  metadata.rest("it has no effect");
  document.ignore("status");
  const spec = document.inside("spec");
  for (const image of spec.list("images")) {
    image.drop("glob", `it names images, and not paths of models: ${models.join(", ")} is written instead`);
    image.rest();
  }
  const mode = spec.text("mode");
  if (mode !== undefined && mode !== "warn" && mode !== "enforce")
    spec.note("mode", `"${mode}" is not a mode; the policy is enforced`);
  spec.drop("match", "it selects resources of a cluster");
  const conditional = spec.drop("policy", "conditions in CUE or Rego are not evaluated, so no authority is converted");
  const authorities = spec.list("authorities").flatMap((authority) => importAuthority(authority) ?? []);
  spec.rest();
  document.rest();
  const kept = authoritiesOrNone(conditional ? [] : authorities, name);
  return { name, ...(mode === "warn" && { mode }), models, authorities: kept };
}

const OMITTED = "so the authority is omitted";

function importAuthority(fields: FieldReader): AuthorityDocument | undefined {
  const name = fields.text("name");
  fields.drop("source", "signatures are searched next to the model");
  fields.drop("signatureFormat", "models are signed with Sigstore bundles");
  let lost = fields.drop("attestations", `attestations are not supported, ${OMITTED}`);
  lost = fields.drop("rfc3161timestamp", `timestamps are verified with the trust root, ${OMITTED}`) || lost;
  lost = importLog(fields.inside("ctlog")) || lost;
  const form = importForm(fields);
  lost = fields.rest(`it is not known here, ${OMITTED}`) || lost;
  if (form === undefined || lost) return undefined;
  return { ...(name !== undefined && name !== "" && { name }), ...form };
}

function importLog(log: FieldReader): boolean {
  const url = log.text("url");
  const other = url !== undefined && url.replace(/\/$/, "") !== DEFAULT_REKOR_URL;
  if (other) log.note("url", `a private log needs a trustConfig, ${OMITTED}`);
  return log.rest(`a private trust root needs a trustConfig, ${OMITTED}`) || other;
}

function importForm(fields: FieldReader): AuthorityDocument | undefined {
  if (fields.has("static")) {
    const fixed = fields.inside("static");
    const action = fixed.text("action");
    const message = fixed.text("message");
    fixed.rest();
    if (action !== "pass" && action !== "fail") return undefined;
    return { static: { action, ...(message !== undefined && { message }) } };
  }
  if (fields.has("key")) {
    const key = fields.inside("key");
    const data = key.text("data");
    key.drop("hashAlgorithm", "the hash algorithm depends on the curve of the key");
    const lost = key.rest(`a key must be given as data, ${OMITTED}`);
    return data === undefined || lost ? undefined : { key: { data } };
  }
  return fields.has("keyless") ? importKeyless(fields.inside("keyless")) : undefined;
}

function importKeyless(keyless: FieldReader): AuthorityDocument | undefined {
  const url = keyless.text("url");
  const isPublic = url === undefined || url.replace(/\/$/, "") === DEFAULT_FULCIO_URL;
  if (!isPublic) keyless.note("url", `a private instance needs a trustConfig, ${OMITTED}`);
  keyless.drop("insecureIgnoreSCT", "certificates are always verified against their log");
  const given = keyless.list("identities");
  const identities = given.flatMap((identity) => importIdentity(identity) ?? []);
  const lost = keyless.rest(`a private trust root needs a trustConfig, ${OMITTED}`);
  return isPublic && !lost && identities.length > 0 ? { keyless: { identities } } : undefined;
}

function importIdentity(fields: FieldReader): IdentityDocument | undefined {
  const identity: Record<string, string> = {};
  for (const name of ["issuer", "issuerRegExp", "subject", "subjectRegExp"]) {
    const text = fields.text(name);
    if (text !== undefined && text !== "") identity[name] = text;
  }
  const lost = fields.rest("it is not known here, so the identity is omitted");
  const issuers = ["issuer", "issuerRegExp"].filter((name) => Object.hasOwn(identity, name)).length;
  const subjects = ["subject", "subjectRegExp"].filter((name) => Object.hasOwn(identity, name)).length;
  if (!lost && issuers === 1 && subjects === 1) return identity;
  if (!lost) fields.note("", "it needs one issuer and one subject, so the identity is omitted");
  return undefined;
}

/** ClusterImagePolicies, a document a policy. */
export function exportClusterImagePolicies(policies: readonly Policy[], unsupported: UnsupportedField[]): string {
  return policies.map((policy) => exportPolicy(policy, unsupported)).join("---\n");
}

function exportPolicy(policy: Policy, unsupported: UnsupportedField[]): string {
  const { name, mode, models, requireSignature, unsignedFiles, verification } = policy;
  const note = (what: string, why: string): void => void unsupported.push({ what: `${name}: ${what}`, why });
  for (const { pattern } of models)
    note(`models: ${pattern}`, 'it names paths of models, and not images: "**" is written instead');
  if (!requireSignature) note("requireSignature", "an image that is covered must be signed");
  if (unsignedFiles.length > 0) note("unsignedFiles", "images have no such thing");
  const { signaturePath, ignorePaths, ignoreUnsignedFiles, allowSymlinks } = verification;
  const { signerIgnoredPaths, hubCacheLinks, otherSignatures } = verification;
  const settings = { signaturePath, ignorePaths: ignorePaths.join(", "), ignoreUnsignedFiles, allowSymlinks };
  for (const [field, value] of Object.entries(settings))
    if (value) note(`verification.${field}`, "images have no such thing");
  if (signerIgnoredPaths === "deny") note("verification.signerIgnoredPaths", "images have no such thing");
  if (hubCacheLinks === "deny") note("verification.hubCacheLinks", "images have no such thing");
  if (otherSignatures === "deny") note("verification.otherSignatures", "images have no such thing");
  const authorities = policy.authorities.flatMap((authority) => exportAuthority(authority, note) ?? []);
  return stringify(
    {
      apiVersion: "policy.sigstore.dev/v1beta1",
      kind: "ClusterImagePolicy",
      metadata: { name },
      spec: { mode, images: [{ glob: "**" }], authorities },
    },
    { lineWidth: 0, aliasDuplicateObjects: false },
  );
}

function exportAuthority(authority: Authority, note: (what: string, why: string) => void): object | undefined {
  const { name } = authority;
  const form = kindOf(authority).toClusterImagePolicy(authority, (why) => note(`authority ${name}`, why));
  if (form?.keyless === undefined) return form && { name, ...form };
  const keyless = { url: DEFAULT_FULCIO_URL, ...form.keyless };
  return { name, keyless, ctlog: { url: DEFAULT_REKOR_URL } };
}
