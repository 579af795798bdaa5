import { lstatSync, realpathSync } from "node:fs";
import { basename, resolve } from "node:path";
import { ProvenanceError, systemCode } from "../errors.ts";
import type { FileList } from "./file-list.ts";
import { hubBlob } from "./hub-cache.ts";
import { ownPath } from "./ignore.ts";
import { isIgnored } from "./is-ignored.ts";
import { followLink, type LinkTarget } from "./links.ts";
import { TimeSlices } from "./time-slices.ts";
import { isSignable, modelFile, Walk, type WalkOptions } from "./walk.ts";

export type EnumerateOptions = WalkOptions & { readonly signal?: AbortSignal | undefined };

/**
 * Lists the files of a model (OMS 6.1, 6.2), in code-point order of their names, without blocking the event loop.
 *
 * An entry that cannot be part of a signature is collected in `refused`, not thrown. What a rule ignores is neither
 * read nor entered. The model path itself may be a link to a folder, because the user named it. A link to a single file
 * is refused unless links are allowed.
 *
 * @param root the model's folder or single file
 * @throws `MODEL_NOT_FOUND`, `MODEL_SPECIAL_FILE` (the root is neither), `MODEL_UNREADABLE` (an entry that cannot be
 *   listed or read, named), `MODEL_TOO_LARGE`, `CANCELLED`
 */
export async function enumerateModel(root: string, options: EnumerateOptions): Promise<FileList> {
  const slices = new TimeSlices(options.signal);
  const path = resolve(root);
  const { target, isLink } = statRoot(path);
  if (target.stats.isDirectory()) return new Walk(path, target.path, options, slices).run();
  if (target.stats.isFile()) return singleFile(path, target, isLink, options);
  throw new ProvenanceError("MODEL_SPECIAL_FILE", `${path} is neither a file nor a folder.`, { details: { path } });
}

function statRoot(path: string): { readonly target: LinkTarget; readonly isLink: boolean } {
  try {
    const stats = lstatSync(path, { bigint: true });
    if (!stats.isSymbolicLink()) return { target: { path: realpathSync.native(path), stats }, isLink: false };
    const target = followLink(path);
    if (typeof target !== "string") return { target, isLink: true };
  } catch (error) {
    const code = systemCode(error);
    if (code !== "ENOENT" && code !== "ENOTDIR" && code !== "ELOOP") {
      const message = `${path} cannot be read (${code ?? "unknown"}).`;
      throw new ProvenanceError("MODEL_UNREADABLE", message, { details: { path }, cause: error });
    }
  }
  throw new ProvenanceError("MODEL_NOT_FOUND", `There is no model at ${path}.`, { details: { path } });
}

/** A single-file model is named by its basename (OMS 6.1.2). */
function singleFile(path: string, target: LinkTarget, isLink: boolean, options: EnumerateOptions): FileList {
  const name = basename(isLink ? path : target.path);
  const empty = { root: path, kind: "file", files: [], totalBytes: 0, ignored: [], refused: [], outside: [] } as const;
  const source = options.ignore.find((rule) => isIgnored(name, rule.path))?.source;
  if (source !== undefined) return { ...empty, ignored: [{ name, source }] };
  const readsThrough = isLink && !options.allowSymlinks && options.hubCacheLinks === true;
  const blob = readsThrough ? hubBlob(ownPath(path, process.cwd())) : undefined;
  if (isLink && !options.allowSymlinks && blob === undefined) {
    return { ...empty, refused: [{ name, reason: "symlink" }] };
  }
  if (!isSignable(name, options.platform)) return { ...empty, refused: [{ name, reason: "not-portable" }] };
  const file = modelFile(name, blob ?? target);
  return { ...empty, files: [file], totalBytes: file.size, ...(blob && { hubLinks: [name] }) };
}
