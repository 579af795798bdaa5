import { join, resolve } from "node:path";
import { readSmallText } from "../model/read-small-file.ts";
import { statIfReadable } from "../model/stat-if-readable.ts";

/** The folders of a repository (gitrepository-layout(5)); of a linked work tree, they are two. */
export interface GitRepository {
  /** Absolute: what belongs to this work tree, as `HEAD`. */
  readonly own: string;
  /** Absolute: what all work trees share, as `objects`. */
  readonly common: string;
}

const MAX_TEXT_BYTES = 1024 * 1024;
const COMMIT = /^[0-9a-f]{40}$/;

/** The repository whose work tree begins at a folder. Only its files are read: no `git` is run, so nothing it configures is. */
export function gitRepository(workTree: string): GitRepository | undefined {
  const entry = join(workTree, ".git");
  const stats = statIfReadable(entry);
  if (stats?.isDirectory() === true) return { own: entry, common: entry };
  if (stats?.isFile() !== true) return undefined;
  const target = /^gitdir: ([^\n\0]+)\n?$/.exec(readSmallText(entry, 4096) ?? "")?.[1];
  if (target === undefined) return undefined;
  const own = resolve(workTree, target);
  const common = readSmallText(join(own, "commondir"), 4096)?.trim();
  return { own, common: common === undefined ? own : resolve(own, common) };
}

/** The commit that is checked out, lower-case hex SHA-1. */
export function headCommit({ own, common }: GitRepository): string | undefined {
  const head = readSmallText(join(own, "HEAD"), 4096)?.trim() ?? "";
  if (COMMIT.test(head)) return head;
  const ref = /^ref: (refs\/[^\0]+)$/.exec(head)?.[1];
  if (ref === undefined || ref.split("/").includes("..")) return undefined;
  const loose = readSmallText(join(common, ref), 4096)?.trim();
  if (loose !== undefined) return COMMIT.test(loose) ? loose : undefined;
  const packed = readSmallText(join(common, "packed-refs"), 64 * MAX_TEXT_BYTES) ?? "";
  const line = packed.split("\n").find((text) => text.slice(41) === ref);
  const commit = line?.slice(0, 40) ?? "";
  return COMMIT.test(commit) ? commit : undefined;
}

/** The remote `origin` as `HOST/PATH`, without `.git`, and without the user and password that its address may hold. */
export function originRemote({ common }: GitRepository): string | undefined {
  const config = readSmallText(join(common, "config"), MAX_TEXT_BYTES) ?? "";
  const section = /^\[remote "origin"\]\s*\n((?:(?!\[).*\n?)*)/m.exec(config)?.[1] ?? "";
  const url = /^\s*url\s*=\s*"?([^\s"]+)"?\s*$/m.exec(section)?.[1] ?? "";
  const parsed = URL.parse(url);
  const [, sshHost, sshPath] = /^(?:[^@/:]+@)?([A-Za-z0-9.-]+):([^/].*)$/.exec(url) ?? [];
  const host = parsed?.hostname || sshHost;
  const path = (parsed?.pathname ?? sshPath ?? "").replace(/^\/+|\/+$/g, "").replace(/\.git$/, "");
  return host === undefined || path === "" ? undefined : `${host.toLowerCase()}/${path}`;
}
