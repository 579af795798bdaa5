import { stringify } from "yaml";
import type { AuthorityDocument } from "../policy-document.ts";

/** A policy that is to be written. */
export interface PolicyDraft {
  readonly name: string;
  readonly mode?: "enforce" | "warn";
  /** Patterns. */
  readonly models: readonly string[];
  readonly authorities: readonly AuthorityDocument[];
  readonly signaturePath?: string;
  /** Lines at the top of the file. */
  readonly comments?: readonly string[];
}

/** Something that cannot be expressed in the other format. */
export interface UnsupportedField {
  /** Its path: `spec.authorities[0].attestations`. */
  readonly what: string;
  readonly why: string;
}

/** A policy file, YAML: a document a policy. */
export function writePolicies(drafts: readonly PolicyDraft[]): string {
  return drafts.map(writePolicy).join("---\n");
}

function writePolicy({ name, mode, models, authorities, signaturePath, comments = [] }: PolicyDraft): string {
  const document = {
    apiVersion: "model-provenance/v1",
    kind: "ModelPolicy",
    metadata: { name },
    spec: {
      ...(mode !== undefined && { mode }),
      models: models.map((glob) => ({ glob })),
      authorities,
      ...(signaturePath !== undefined && { verification: { signaturePath } }),
    },
  };
  const head = comments.flatMap((comment) => comment.split(/\r\n?|\n/)).map((line) => `# ${line}\n`);
  return head.join("") + stringify(document, { lineWidth: 0, aliasDuplicateObjects: false });
}

/** Where no authority could be converted, one that accepts nothing. */
export function authoritiesOrNone(authorities: PolicyDraft["authorities"], name: string): PolicyDraft["authorities"] {
  if (authorities.length > 0) return authorities;
  return [{ name: "none", static: { action: "fail", message: `no authority of ${name} could be converted` } }];
}
