import { basename, dirname, join } from "node:path";
import { type DocumentSelector, type TextDocument, workspace } from "vscode";
import { isPolicyFileName } from "../../core/policy/policy-files.ts";
import type { Policies } from "../../workspace/policies.ts";

/** Documents that may be policies, depending on their names. */
export const POLICY_CANDIDATES: DocumentSelector = ["yaml", "json", "jsonc"].map((language) => ({
  language,
  scheme: "file",
}));

/** Characters, about 4000 authorities. A longer policy is validated, but gets no completion, hovers and lenses. */
export const MAX_EXPLAINED = 500_000;

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
  const around = basename(dirname(file)) === ".sigstore" ? dirname(dirname(file)) : dirname(file);
  if (policies.isUserFile(file)) return { folder: around, covers: "all" };
  const isTop = workspace.workspaceFolders?.some((folder) => folder.uri.fsPath === around) === true;
  const isRead = isTop && [around, join(around, ".sigstore")].includes(dirname(file));
  return { folder: around, covers: isRead ? "folder" : "none" };
}
