import { stringify } from "yaml";
import type { AuthorityDocument } from "../policy-document.ts";

/** A policy that is to be written. */
export interface PolicyDraft {
  readonly name: string;
  /** Patterns. */
  readonly models: readonly string[];
  readonly authorities: readonly AuthorityDocument[];
  /** Lines at the top of the file. */
  readonly comments?: readonly string[];
}

/** A policy file, YAML: a document a policy. */
export function writePolicies(drafts: readonly PolicyDraft[]): string {
  return drafts.map(writePolicy).join("---\n");
}

function writePolicy({ name, models, authorities, comments = [] }: PolicyDraft): string {
  const document = {
    apiVersion: "model-provenance/v1",
    kind: "ModelPolicy",
    metadata: { name },
    spec: { models: models.map((glob) => ({ glob })), authorities },
  };
  const head = comments.flatMap((comment) => comment.split(/\r\n?|\n/)).map((line) => `# ${line}\n`);
  return head.join("") + stringify(document, { lineWidth: 0, aliasDuplicateObjects: false });
}
