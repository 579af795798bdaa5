import { basename, resolve } from "node:path";
import { coverageOf } from "./coverage.ts";
import { ProvenanceError } from "./errors.ts";
import type { DigestMode, DigestOptions, HashAlgorithm } from "./hashing/digest-request.ts";
import { type PoolChoice, withHashPool } from "./hashing/with-hash-pool.ts";
import { signingIgnoreRules } from "./ignore-rules.ts";
import { expandIgnorePatterns, findToolFiles, type IgnorePattern, withoutFiles } from "./leave-out.ts";
import { buildResources, type Manifest, type Resource, rootDigest } from "./manifest/manifest.ts";
import { enumerateModel } from "./model/enumerate.ts";
import type { FileList, RefusalReason, RefusedEntry } from "./model/file-list.ts";
import { checkIgnorePath, type IgnoreRule, relativeToModel } from "./model/ignore.ts";
import { isTemporaryName } from "./model/temporary-names.ts";
import { findOtherSignatures } from "./other-signatures.ts";
import { countText } from "./presentation/bytes-and-time.ts";
import type { Coverage } from "./verdict.ts";

export interface DigestModelOptions extends PoolChoice, DigestOptions {
  /** The folder, or the single file. */
  readonly model: string;
  /** The signature file, which is ignored if it is in the model. */
  readonly signature?: string;
  readonly algorithm?: HashAlgorithm;
  /** Bytes; present: the method `shards`. */
  readonly shardSize?: number;
  /** Canonical, relative to the model. */
  readonly ignorePaths?: readonly string[];
  /** Patterns for further paths: each is expanded, and the exact paths are excluded. */
  readonly ignorePatterns?: readonly IgnorePattern[];
  /** Excludes the files that tools wrote next to those of the model, see `findToolFiles`; each by its exact path. */
  readonly excludeToolFiles?: boolean;
  /** Leaves `.git` and its kin at the top of the model out (OMS 6.2); true if absent. */
  readonly ignoreGitPaths?: boolean;
  readonly allowSymlinks?: boolean;
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

/** What decides which files a signature covers. */
export type ListOptions = Pick<
  DigestModelOptions,
  | "model"
  | "signature"
  | "ignorePaths"
  | "ignorePatterns"
  | "excludeToolFiles"
  | "ignoreGitPaths"
  | "allowSymlinks"
  | "signal"
>;

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
  const otherSignatures = await findOtherSignatures(all, all.files, (name) => names.has(name), options.signal);
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
  const { shardSize, mode = "full", signal, onProgress } = options;
  const algorithm = options.algorithm ?? "sha256";
  const { list, ignore, otherSignatures } = await listForSigning(options);
  await checkList(list);
  const request = { root: model, algorithm, mode, shardSize, files: list.files };
  const digests = await withHashPool(options, (pool) => pool.digest(request, { signal, onProgress }));
  const resources = buildResources(list.files, digests.digests, shardSize);
  if (resources.length === 0) throw noResources(model);
  const manifest: Manifest = {
    serialization: {
      method: shardSize === undefined ? "files" : "shards",
      algorithm,
      ...(shardSize !== undefined && { shardSize }),
      allowSymlinks: options.allowSymlinks ?? false,
      ignorePaths: list.kind === "file" ? [] : ignore.map(({ path }) => path),
    },
    resources,
  };
  const emptyFiles = shardSize === undefined ? [] : list.files.filter(({ size }) => size === 0).map(({ name }) => name);
  const names = list.files.map(({ name }) => name);
  const covered = { names, files: list.files.length - emptyFiles.length, bytes: list.totalBytes };
  const coverage = coverageOf(list, manifest.serialization, covered, digests, started, {
    unsigned: [],
    empty: emptyFiles,
  });
  return { manifest, list, otherSignatures, resources, rootDigest: rootDigest(resources), coverage };
}

const REFUSALS: Readonly<Record<RefusalReason, { code: ProvenanceError["code"]; what: string; remedy: string }>> = {
  symlink: {
    code: "MODEL_SYMLINK",
    what: "a symbolic link",
    remedy: "Replace it by the file, allow symbolic links, or ignore the path.",
  },
  "symlink-broken": {
    code: "MODEL_SYMLINK",
    what: "a symbolic link to nothing",
    remedy: "Remove it, or ignore the path.",
  },
  "symlink-cycle": {
    code: "MODEL_SYMLINK_CYCLE",
    what: "a symbolic link to a folder that contains it",
    remedy: "Remove it, or ignore the path.",
  },
  special: {
    code: "MODEL_SPECIAL_FILE",
    what: "a pipe, socket or device",
    remedy: "Remove it, or ignore the path.",
  },
  "not-utf8": {
    code: "MODEL_NAME_NOT_UTF8",
    what: "a name that is not UTF-8",
    remedy: "Rename it: a signature cannot record such a name.",
  },
  "not-portable": {
    code: "MODEL_NAME_NOT_PORTABLE",
    what: "a name that a signature cannot contain",
    remedy: "Rename it, or ignore the path.",
  },
};

const NAMED_AT_MOST = 10;

function rejectUnsignable(list: FileList, model: string): void {
  const [first] = list.refused;
  if (first !== undefined) throw refusal(first, list.refused, model);
  if (list.files.length === 0) {
    throw empty(model, list.ignored.length > 0 ? "every file in it is excluded" : "there is no file in it");
  }
}

function refusal(first: RefusedEntry, all: readonly RefusedEntry[], model: string): ProvenanceError {
  const { code, what, remedy } = REFUSALS[first.reason];
  const verb = first.reason.startsWith("not-") ? "has" : "is";
  const others = all.length > 1 ? ` (and ${countText(all.length - 1, "more file")})` : "";
  return new ProvenanceError(
    code,
    `${basename(model)} cannot be signed: "${first.name}" ${verb} ${what}${others}. ${remedy}`,
    { details: { model, names: all.slice(0, NAMED_AT_MOST).map(({ name }) => name), count: all.length } },
  );
}

/** The error of a model that has files, and nothing to sign of them. */
export function noResources(model: string): ProvenanceError {
  return empty(model, "it contains empty files only, which shards do not record");
}

function empty(model: string, why: string): ProvenanceError {
  return new ProvenanceError("MODEL_EMPTY", `${basename(model)} cannot be signed: ${why}.`, { details: { model } });
}
