import { basename, dirname, join } from "node:path";
import { type DocumentSelector, type TextDocument, workspace } from "vscode";
import { isPolicyFileName } from "../../core/policy/policy-files.ts";
import type { Policies } from "../../workspace/policies.ts";

/** Documents that may be policies; which are, their names tell. */
export const MAYBE_POLICIES: DocumentSelector = ["yaml", "json", "jsonc"].map((language) => ({
  language,
  scheme: "file",
}));

/** Characters, some 4000 authorities: what is longer is checked as any policy is, and no longer explained while it is typed. */
export const MAX_EXPLAINED = 500_000;

/** Whether a document is a policy: by its name, or because the settings name it. */
export function isPolicyDocument({ uri }: Pick<TextDocument, "uri">, policies: Pick<Policies, "userFile">): boolean {
  if (uri.scheme !== "file") return false;
  return isPolicyFileName(basename(uri.fsPath)) || uri.fsPath === policies.userFile();
}

/** Where a policy file stands. */
export interface PolicyPlace {
  /** What paths in it are relative to: absolute path. */
  readonly folder: string;
  /** The workspace folder whose models it covers, `all` for the person's own file, `none` where nobody reads it. */
  readonly covers: "folder" | "all" | "none";
}

export function placeOfPolicy({ uri }: Pick<TextDocument, "uri">, policies: Pick<Policies, "userFile">): PolicyPlace {
  const file = uri.fsPath;
  const around = basename(dirname(file)) === ".sigstore" ? dirname(dirname(file)) : dirname(file);
  if (file === policies.userFile()) return { folder: around, covers: "all" };
  const isTop = workspace.workspaceFolders?.some((folder) => folder.uri.fsPath === around) === true;
  const isRead = isTop && [around, join(around, ".sigstore")].includes(dirname(file));
  return { folder: around, covers: isRead ? "folder" : "none" };
}
