import * as v from "valibot";

/**
 * The types of a policy document that was validated against the JSON schema. Every value that the schema accepts is
 * accepted here, which a test checks.
 */
const Text = v.string();
const PathOrData = v.object({ path: v.optional(Text), data: v.optional(Text) });

const Identity = v.object({
  issuer: v.optional(Text),
  issuerRegExp: v.optional(Text),
  subject: v.optional(Text),
  subjectRegExp: v.optional(Text),
});

const AuthorityShape = v.object({
  name: v.optional(Text),
  key: v.optional(PathOrData),
  keyless: v.optional(v.object({ identities: v.array(Identity), trustConfig: v.optional(Text) })),
  githubActions: v.optional(
    v.object({
      repository: Text,
      workflow: Text,
      ref: Text,
      issuer: v.optional(Text),
      callingRepository: v.optional(Text),
    }),
  ),
  certificate: v.optional(v.object({ caCert: PathOrData, trustedIdentities: v.array(Text) })),
  digest: v.optional(v.object({ sha256: Text, source: v.optional(Text), note: v.optional(Text) })),
  static: v.optional(v.object({ action: v.picklist(["pass", "fail"]), message: v.optional(Text) })),
});

const VerificationShape = v.object({
  signaturePath: v.optional(Text),
  ignorePaths: v.optional(v.array(Text), []),
  ignoreUnsignedFiles: v.optional(v.boolean(), false),
  allowSymlinks: v.optional(v.boolean(), false),
  signerIgnoredPaths: v.optional(v.picklist(["allow", "warn", "deny"]), "warn"),
  hubCacheLinks: v.optional(v.picklist(["allow", "deny"]), "allow"),
  otherSignatures: v.optional(v.picklist(["allow", "deny"]), "allow"),
});

export const PolicyDocument = v.object({
  metadata: v.object({ name: Text }),
  spec: v.object({
    mode: v.optional(v.picklist(["enforce", "warn"]), "enforce"),
    models: v.array(v.object({ glob: Text })),
    requireSignature: v.optional(v.boolean(), true),
    unsignedFiles: v.optional(v.array(Text), []),
    authorities: v.array(AuthorityShape),
    verification: v.optional(VerificationShape, {}),
  }),
});

export type PolicyDocument = v.InferOutput<typeof PolicyDocument>;
export type AuthorityDocument = v.InferOutput<typeof AuthorityShape>;
export type IdentityDocument = v.InferOutput<typeof Identity>;
export type PathOrData = v.InferOutput<typeof PathOrData>;
