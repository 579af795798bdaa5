import { basename } from "node:path";
import { type DocumentSelector, type TextDocument, workspace } from "vscode";
import { folderOf, isPolicyFileName } from "../../core/policy/policy-files.ts";
import type { Policies } from "../../workspace/policies.ts";

/** Documents that may be policies, depending on their names. */
export const POLICY_CANDIDATES: DocumentSelector = ["yaml", "json", "jsonc"].map((language) => ({
  language,
  scheme: "file",
}));

/** Whether a document is a policy: by its name, or by the user policy setting. */
export function isPolicyDocument({ uri }: Pick<TextDocument, "uri">, policies: Pick<Policies, "isUserFile">): boolean {
  if (uri.scheme !== "file") return false;
  return isPolicyFileName(basename(uri.fsPath)) || policies.isUserFile(uri.fsPath);
}

/** The location of a policy file. */
export interface PolicyPlace {
  /** Absolute path of the folder that paths in it are relative to. */
  readonly folder: string;
  /** `folder`: the models of that workspace folder; `all`: every model, for the user's policy; `none`: it is not in effect. */
  readonly covers: "folder" | "all" | "none";
}

export function placeOfPolicy({ uri }: Pick<TextDocument, "uri">, policies: Pick<Policies, "isUserFile">): PolicyPlace {
  const file = uri.fsPath;
  const around = folderOf(file);
  if (policies.isUserFile(file)) return { folder: around, covers: "all" };
  const isRead = workspace.workspaceFolders?.some((folder) => folder.uri.fsPath === around) === true;
  return { folder: around, covers: isRead ? "folder" : "none" };
}
