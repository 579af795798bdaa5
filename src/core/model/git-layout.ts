/** Files at the top of a `.git` folder (gitrepository-layout(5), and the manuals of the commands that write them). */
const TOP = new Set([
  ...["HEAD", "FETCH_HEAD", "ORIG_HEAD", "MERGE_HEAD", "REBASE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "BISECT_HEAD"],
  ...["AUTO_MERGE", "MERGE_MSG", "MERGE_MODE", "MERGE_RR", "MERGE_AUTOSTASH", "SQUASH_MSG", "COMMIT_EDITMSG"],
  ...["TAG_EDITMSG", "NOTES_EDITMSG", "EDIT_DESCRIPTION", "BISECT_LOG", "BISECT_NAMES", "BISECT_START", "BISECT_TERMS"],
  ...["BISECT_EXPECTED_REV", "BISECT_ANCESTORS_OK", "BISECT_FIRST_PARENT"],
  ...["config", "config.worktree", "description", "index", "packed-refs", "shallow", "commondir", "gitdir", "locked"],
  ...["gc.log", "gc.pid", "gitk.cache", "fsmonitor--daemon.ipc"],
]);

const HASH = "[0-9a-f]{40}(?:[0-9a-f]{24})?";

/** Files below it, including those of Git LFS. */
const BELOW = [
  String.raw`sharedindex\.${HASH}`,
  String.raw`hooks/[a-z-]+\.sample`,
  "info/(?:exclude|attributes|grafts|refs|sparse-checkout)",
  "logs/(?:HEAD|refs/.+)",
  "refs/.+",
  String.raw`reftable/(?:tables\.list|0x[0-9a-f]+-0x[0-9a-f]+-[0-9a-f]+\.(?:ref|log))`,
  "objects/[0-9a-f]{2}/[0-9a-f]{38}(?:[0-9a-f]{24})?",
  String.raw`objects/pack/pack-${HASH}\.(?:pack|idx|rev|bitmap|mtimes|keep|promisor)`,
  String.raw`objects/pack/multi-pack-index(?:-${HASH}\.(?:bitmap|rev))?`,
  "objects/info/(?:packs|alternates|http-alternates|commit-graph)",
  String.raw`objects/info/commit-graphs/(?:commit-graph-chain|graph-${HASH}\.graph)`,
  String.raw`objects/(?:[0-9a-f]{2}/|pack/)?\.?tmp[_-]\w[\w-]*`,
  String.raw`(?:rebase-merge|rebase-apply|sequencer)/(?:[a-z_-]+(?:\.backup)?|\d+)`,
  String.raw`rr-cache/${HASH}/(?:pre|post|this)image(?:\.\d+)?`,
  "lfs/objects/[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{64}",
  String.raw`lfs/(?:tmp|incomplete)/[0-9a-f]{64}[-.\w]*`,
  "lfs/cache/locks/refs/.+/verifiable",
];

const FILE = new RegExp(`^(?:${BELOW.join("|")})$`, "s");
/** A repository, or a part of one, in the folder of another. */
const NESTED = /^(?:modules|worktrees)\/[^/]+\//;

/**
 * Whether git or Git LFS has a file of this name; its content is not checked.
 *
 * @param path relative to the `.git` folder, `/` separated
 */
export function isGitFile(path: string): boolean {
  const name = path.replace(/\.lock$/, "");
  if (TOP.has(name) || FILE.test(name)) return true;
  const nested = NESTED.exec(path)?.[0];
  if (nested === undefined) return false;
  // The name of a submodule may have several parts.
  for (let rest = path.slice(nested.length); ; rest = rest.slice(rest.indexOf("/") + 1)) {
    if (isGitFile(rest)) return true;
    if (!rest.includes("/")) return false;
  }
}

/** Whether this is the text of a `.git` file that refers to a repository elsewhere (gitrepository-layout(5)). */
export function isGitLink(text: string): boolean {
  return /^gitdir: [^\n\0]+\n?$/.test(text);
}
