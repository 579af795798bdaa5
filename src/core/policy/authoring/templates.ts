import { Slot, type Template } from "./snippet.ts";

export interface NamedTemplate {
  readonly label: string;
  readonly description: string;
  readonly template: Template;
}

const KEY = { path: new Slot(2, "keys/prod.pub") };
const KEYLESS = {
  identities: [{ issuer: new Slot(2, "https://accounts.google.com"), subject: new Slot(3, "alice@example.com") }],
};
const KEYLESS_PATTERN = {
  identities: [
    { issuer: new Slot(2, "https://accounts.google.com"), subjectRegExp: new Slot(3, "^[a-z.]+@example[.]com$") },
  ],
};
const GITHUB_ACTIONS = {
  repository: new Slot(2, "owner/name"),
  workflow: new Slot(3, "release.yml"),
  ref: new Slot(4, "refs/tags/v*"),
};
const CERTIFICATE = {
  caCert: { path: new Slot(2, "vendor-root.pem") },
  trustedIdentities: [new Slot(3, "x509.subject: O=Vendor, CN=Model Signing")],
};
const STATIC = { action: new Slot(2, "pass", "fail"), message: new Slot(3, "why, and until when") };

/** An authority of each kind. */
export const AUTHORITIES: readonly NamedTemplate[] = [
  {
    label: "public key",
    description: "Accepts what was signed with the private key of a public key file.",
    template: { name: new Slot(1, "release-key"), key: KEY },
  },
  {
    label: "person with a browser login",
    description: "Accepts what one person signed, by issuer and e-mail address, both exactly.",
    template: { name: new Slot(1, "alice"), keyless: KEYLESS },
  },
  {
    label: "people by a regular expression",
    description: "Accepts signers whose address matches an RE2 expression. Anchor it: ^…$",
    template: { name: new Slot(1, "anybody-at-example"), keyless: KEYLESS_PATTERN },
  },
  {
    label: "GitHub Actions workflow",
    description: "Accepts what one workflow of one repository signed, on the refs that you name.",
    template: { name: new Slot(1, "release"), githubActions: GITHUB_ACTIONS },
  },
  {
    label: "certificate under a root",
    description: "Accepts signers that a root certificate of yours stands for.",
    template: { name: new Slot(1, "vendor"), certificate: CERTIFICATE },
  },
  {
    label: "exception",
    description: "Looks at no signature. pass is shown as an exception, never as verified; fail refuses.",
    template: { name: new Slot(1, "exception"), static: STATIC },
  },
];

/** What a field is filled with when its name is completed. */
export const FIELDS: Readonly<Record<string, Template>> = {
  metadata: { name: new Slot(1, "team-models") },
  spec: {
    models: [{ glob: new Slot(1, "models/**") }],
    authorities: [{ name: new Slot(2, "release-key"), key: { path: new Slot(3, "keys/prod.pub") } }],
  },
  models: [{ glob: new Slot(1, "models/**") }],
  key: KEY,
  keyless: KEYLESS,
  githubActions: GITHUB_ACTIONS,
  certificate: CERTIFICATE,
  caCert: CERTIFICATE.caCert,
  identities: KEYLESS.identities,
  static: STATIC,
};

/** A whole document. */
export const POLICY: NamedTemplate = {
  label: "model policy",
  description: "A policy that accepts one signer for the models of a folder.",
  template: {
    apiVersion: "model-provenance/v1",
    kind: "ModelPolicy",
    metadata: { name: new Slot(1, "team-models") },
    spec: {
      models: [{ glob: new Slot(2, "models/**") }],
      authorities: [{ name: new Slot(3, "release-key"), key: { path: new Slot(4, "keys/prod.pub") } }],
    },
  },
};
