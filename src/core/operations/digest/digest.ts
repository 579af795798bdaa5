import { basename, resolve } from "node:path";
import { type ErrorCode, fail, ProvenanceError } from "../../errors.ts";
import type { DigestMode, DigestOptions, DigestResult, HashAlgorithm } from "../../hashing/digest-request.ts";
import { type PoolChoice, withHashPool } from "../../hashing/with-hash-pool.ts";
import {
  buildResources,
  type Manifest,
  type Resource,
  rootDigest,
  type Serialization,
} from "../../manifest/manifest.ts";
import { enumerateModel } from "../../model/enumerate.ts";
import type { FileList, RefusalReason } from "../../model/file-list.ts";
import { checkIgnorePath, type IgnoreRule, relativeToModel } from "../../model/ignore.ts";
import { readOllamaModel } from "../../model/ollama-store.ts";
import { isTemporaryName } from "../../model/temporary-names.ts";
import { countText } from "../../presentation/bytes-and-time.ts";
import type { Coverage } from "../../verdict.ts";
import { expandIgnorePatterns, findToolFiles, type IgnorePattern, withoutFiles } from "../sign/leave-out.ts";
import { coverageOf } from "../verify/coverage.ts";
import { signingIgnoreRules } from "../verify/ignore-rules.ts";
import { findOtherSignatures } from "../verify/other-signatures.ts";

/** What decides which files a signature covers. */
export interface ListOptions extends Pick<DigestOptions, "signal"> {
  /** The folder, or the single file. */
  readonly model: string;
  /** The signature file, which is ignored if it is in the model. */
  readonly signature?: string | undefined;
  /** Canonical, relative to the model. */
  readonly ignorePaths?: readonly string[];
  /** Patterns for further paths: each is expanded, and the exact paths are excluded. */
  readonly ignorePatterns?: readonly IgnorePattern[];
  /** Excludes the files that tools wrote next to those of the model, see `findToolFiles`; each by its exact path. */
  readonly excludeToolFiles?: boolean;
  /** Leaves `.git` and its kin at the top of the model out (OMS 6.2); true if absent. */
  readonly ignoreGitPaths?: boolean;
  readonly allowSymlinks?: boolean;
}

export interface DigestModelOptions extends ListOptions, PoolChoice, DigestOptions {
  readonly algorithm?: HashAlgorithm;
  /** Bytes; present: the method `shards`. */
  readonly shardSize?: number;
  readonly mode?: DigestMode;
}

export interface ModelDigest {
  /** Lower-case hex SHA-256 (OMS 6.5.1). */
  readonly rootDigest: string;
  /** In code-point order of the name. */
  readonly resources: readonly Resource[];
  readonly coverage: Coverage;
}

/** A model as it would be signed. */
export interface ModelManifest extends ModelDigest {
  readonly manifest: Manifest;
  readonly list: FileList;
  readonly otherSignatures: readonly string[];
}

/**
 * Returns the digest that a signature would have as its subject, and the resources that it is computed from.
 *
 * @throws ProvenanceError MODEL_*, IGNORE_PATH, FILE_UNREADABLE, FILE_CHANGED, HASHER_FAILED, CANCELLED
 */
export async function digest(options: DigestModelOptions): Promise<ModelDigest> {
  const { rootDigest, resources, coverage } = await buildManifest(options);
  return { rootDigest, resources, coverage };
}

/** What a signature would cover and ignore. */
export interface SigningList {
  readonly list: FileList;
  readonly ignore: readonly IgnoreRule[];
  /** Signatures of the model that are there already: each is ignored by its exact path. Canonical names. */
  readonly otherSignatures: readonly string[];
}

/**
 * Lists a model for signing (OMS 6.1, 6.2), without reading its files.
 *
 * @throws ProvenanceError MODEL_*, IGNORE_PATH, CANCELLED
 */
export async function listForSigning(options: ListOptions): Promise<SigningList> {
  const model = resolve(options.model);
  rejectOllamaManifest(model);
  const callerPaths = options.ignorePaths ?? [];
  for (const path of callerPaths) checkIgnorePath(path, model);
  const rules = signingIgnoreRules(model, options.signature, options.ignoreGitPaths ?? true, callerPaths);
  const own = options.signature === undefined ? undefined : relativeToModel(model, options.signature);
  const all = await enumerateModel(model, {
    ignore: rules,
    allowSymlinks: options.allowSymlinks ?? false,
    ...(own !== undefined && { isTemporary: (name: string) => isTemporaryName(name, own) }),
    signal: options.signal,
  });
  const matching = expandIgnorePatterns(all, options.ignorePatterns ?? []);
  const toolFiles = options.excludeToolFiles === true ? await findToolFiles(all, options.signal) : [];
  const exact = [...new Set([...matching, ...toolFiles])];
  const names = new Set(all.files.map(({ name }) => name));
  const otherSignatures = await findOtherSignatures(all, [...names], (name) => names.has(name), options.signal);
  const list = withoutFiles(withoutFiles(all, exact, "caller"), otherSignatures, "signature");
  rejectUnsignable(list, model);
  const added = [...new Set([...exact, ...otherSignatures])].map((path) => ({ path, source: "caller" as const }));
  return { list, ignore: [...rules, ...added], otherSignatures };
}

/**
 * Enumerates and digests a model for signing (OMS 6.1 to 6.4).
 *
 * @param checkList throws for a list that must not be signed; called before hashing
 */
export async function buildManifest(
  options: DigestModelOptions,
  checkList: (list: FileList) => Promise<void> = async () => {},
): Promise<ModelManifest> {
  const started = performance.now();
  const model = resolve(options.model);
  const { shardSize, algorithm = "sha256", mode = "full", signal, onProgress } = options;
  const listed = await listForSigning(options);
  const { files } = listed.list;
  await checkList(listed.list);
  const request = { root: model, algorithm, mode, shardSize, files };
  const digests = await withHashPool(options, (pool) => pool.digest(request, { signal, onProgress }));
  return modelManifest(listed, serializationOf(options, listed), files, digests, started);
}

/** How the files of a list become resources. */
export function serializationOf(options: DigestModelOptions, { list, ignore }: SigningList): Serialization {
  const { shardSize, algorithm = "sha256", allowSymlinks = false } = options;
  return {
    method: shardSize === undefined ? "files" : "shards",
    algorithm,
    ...(shardSize !== undefined && { shardSize }),
    allowSymlinks,
    ignorePaths: list.kind === "file" ? [] : ignore.map(({ path }) => path),
  };
}

/**
 * The manifest of a model.
 *
 * @param files those of the list, in the order of their digests
 */
export function modelManifest(
  { list, otherSignatures }: SigningList,
  serialization: Serialization,
  files: readonly { readonly name: string; readonly size: number }[],
  digested: DigestResult,
  started: number,
): ModelManifest {
  const { shardSize } = serialization;
  const resources = buildResources(files, digested.digests, shardSize);
  if (resources.length === 0) throw empty(list.root, "it contains empty files only, which shards do not record");
  const emptyFiles = shardSize === undefined ? [] : files.filter(({ size }) => size === 0).map(({ name }) => name);
  const names = files.map(({ name }) => name);
  const covered = { names, files: files.length - emptyFiles.length, bytes: list.totalBytes };
  const passed = { unsigned: [], empty: emptyFiles };
  const coverage = coverageOf(list, serialization, covered, digested, started, passed);
  const manifest = { serialization, resources };
  return { manifest, list, otherSignatures, resources, rootDigest: rootDigest(resources), coverage };
}

/** A manifest names the files of a model and holds none: its signature would pass for one of the model. */
function rejectOllamaManifest(model: string): void {
  const named = readOllamaModel(model);
  if (named === undefined) return;
  const { repository, tag, folder } = named;
  const message = `${basename(model)} cannot be signed: it is Ollama's manifest of ${repository}:${tag}, and the files are in ${folder}. Sign a copy of them.`;
  fail("USAGE", message, { model });
}

/** The error of each, what the entry is, and what to do. */
const REFUSALS: Readonly<Record<RefusalReason, readonly [ErrorCode, string, string]>> = {
  symlink: ["MODEL_SYMLINK", "a symbolic link", "Replace it by the file, allow symbolic links, or ignore the path."],
  "symlink-broken": ["MODEL_SYMLINK", "a symbolic link to nothing", "Remove it, or ignore the path."],
  "symlink-cycle": [
    "MODEL_SYMLINK_CYCLE",
    "a symbolic link to a folder that contains it",
    "Remove it, or ignore the path.",
  ],
  special: ["MODEL_SPECIAL_FILE", "a pipe, socket or device", "Remove it, or ignore the path."],
  "not-utf8": ["MODEL_NAME_NOT_UTF8", "a name that is not UTF-8", "Rename it: a signature cannot record such a name."],
  "not-portable": [
    "MODEL_NAME_NOT_PORTABLE",
    "a name that a signature cannot contain",
    "Rename it, or ignore the path.",
  ],
};

const NAMED_AT_MOST = 10;

function rejectUnsignable({ refused, files, ignored }: FileList, model: string): void {
  const [first] = refused;
  if (first !== undefined) {
    const [code, what, remedy] = REFUSALS[first.reason];
    const verb = first.reason.startsWith("not-") ? "has" : "is";
    const others = refused.length > 1 ? ` (and ${countText(refused.length - 1, "more file")})` : "";
    const message = `${basename(model)} cannot be signed: "${first.name}" ${verb} ${what}${others}. ${remedy}`;
    const names = refused.slice(0, NAMED_AT_MOST).map(({ name }) => name);
    fail(code, message, { model, names, count: refused.length });
  }
  if (files.length === 0) {
    throw empty(model, ignored.length > 0 ? "every file in it is excluded" : "there is no file in it");
  }
}

function empty(model: string, why: string): ProvenanceError {
  return new ProvenanceError("MODEL_EMPTY", `${basename(model)} cannot be signed: ${why}.`, { details: { model } });
}
