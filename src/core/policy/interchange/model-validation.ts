import { posix } from "node:path";
import { stringify } from "yaml";
import { kindOf } from "../authorities/table.ts";
import type { Policy } from "../policy.ts";
import type { AuthorityDocument } from "../policy-document.ts";
import { authoritiesOrNone, type PolicyDraft, type UnsupportedField } from "./draft.ts";
import type { FieldReader } from "./field-reader.ts";

/** As the model validation operator documents `ml.sigstore.dev/v1alpha1`. */
export function importModelValidation(document: FieldReader, models: readonly string[]): PolicyDraft {
  const metadata = document.inside("metadata");
  const name = metadata.text("name") ?? "imported";
  metadata.rest("it has no effect");
  document.ignore("status");
  const spec = document.inside("spec");
  const model = spec.inside("model");
  const path = model.text("path");
  if (path !== undefined)
    model.note("path", `"${path}" is a path in a container: ${models.join(", ")} is written instead`);
  const signaturePath = signatureIn(model, path, model.text("signaturePath"));
  model.rest();
  const authorities = importConfig(spec.inside("config"));
  spec.rest();
  document.rest();
  const draft = { name, models, authorities: authoritiesOrNone(authorities, name) };
  return signaturePath === undefined ? draft : { ...draft, signaturePath };
}

function signatureIn(fields: FieldReader, model?: string, signature?: string): string | undefined {
  if (signature === undefined) return undefined;
  const inside = model === undefined ? ".." : posix.relative(model, signature);
  if (!inside.startsWith("..") && !posix.isAbsolute(inside) && inside !== "") return inside;
  fields.note("signaturePath", `"${signature}" is not in the model; the signature is found automatically`);
  return undefined;
}

function importConfig(config: FieldReader): AuthorityDocument[] {
  const keys = ["privateKeyConfig", "publicKeyConfig"].map((field) => fileIn(config, field, "keyPath", "public key"));
  const root = fileIn(config, "pkiConfig", "certificateAuthority", "root");
  const authorities: AuthorityDocument[] = [
    ...(config.has("sigstoreConfig") ? importIdentity(config.inside("sigstoreConfig")) : []),
    ...keys.flatMap((path) => (path === undefined ? [] : { name: "key", key: { path } })),
    ...(root === undefined ? [] : [{ name: "pki", certificate: { caCert: { path: root }, trustedIdentities: ["*"] } }]),
  ];
  config.rest();
  return authorities;
}

function importIdentity(fields: FieldReader): AuthorityDocument[] {
  const subject = fields.text("certificateIdentity") ?? "";
  const issuer = fields.text("certificateOidcIssuer") ?? "";
  const lost = fields.rest("it is not known here, so the identity is omitted");
  if (subject !== "" && issuer !== "") {
    return lost ? [] : [{ name: "sigstore", keyless: { identities: [{ issuer, subject }] } }];
  }
  fields.note("", "it needs an identity and an issuer, so it is omitted");
  return [];
}

/** The name that a file in a container should have next to the policy. */
function fileIn(config: FieldReader, field: string, name: string, what: string): string | undefined {
  if (!config.has(field)) return undefined;
  const fields = config.inside(field);
  const path = fields.text(name);
  if (fields.rest() || path === undefined) return undefined;
  const file = posix.basename(path);
  fields.note(name, `"${path}" is a path in a container: put the ${what} next to the policy, as ${file}`);
  return file;
}

/** ModelValidations, one for each authority: that format knows no alternatives. */
export function exportModelValidations(policies: readonly Policy[], unsupported: UnsupportedField[]): string {
  const documents: string[] = [];
  for (const policy of policies) {
    const note = (what: string, why: string): void => void unsupported.push({ what: `${policy.name}: ${what}`, why });
    const [literal] = policy.models.filter(({ pattern }) => !pattern.includes("*"));
    for (const { pattern } of policy.models) {
      if (pattern !== literal?.pattern)
        note(`models: ${pattern}`, "only one model has a path; set spec.model.path yourself");
    }
    if (policy.mode === "warn") note("mode", "what is not accepted is always rejected");
    if (!policy.requireSignature) note("requireSignature", "a model must be signed");
    if (policy.unsignedFiles.length > 0) note("unsignedFiles", "only the model itself is verified");
    if (policy.authorities.length > 1) {
      note("authorities", "any one of them is enough here; choose one of these documents");
    }
    const path = literal?.pattern ?? "/data/model";
    const signaturePath = posix.join(path, policy.verification.signaturePath ?? "model.sig");
    for (const authority of policy.authorities) {
      const kind = kindOf(authority);
      const config = kind.toModelValidation(authority, (why) => note(`authority ${authority.name}`, why));
      if (config === undefined) continue;
      const metadata = { name: `${policy.name}-${authority.name}` };
      const spec = { model: { path, signaturePath }, config };
      const document = { apiVersion: "ml.sigstore.dev/v1alpha1", kind: "ModelValidation", metadata, spec };
      documents.push(stringify(document, { lineWidth: 0 }));
    }
  }
  return documents.join("---\n");
}
