import { lstatSync, readFileSync } from "node:fs";

const HOOK = /^\.git\/(?:modules\/.+\/)?hooks\/(pre-push|post-checkout|post-commit|post-merge)$/;
const MAX_BYTES = 1024;

const ABOUT = "This repository is configured for Git LFS but 'git-lfs' was not found on your path.";
const ADVICE = "If you no longer wish to use Git LFS, remove this hook by deleting";

/** The scripts that releases of Git LFS wrote, `lfs/hook.go` there; anything else may do something else. */
function scripts(name: string): string[] {
  const places = [
    `the '${name}' file in the hooks directory (set by 'core.hookspath'; usually '.git/hooks')`,
    `'.git/hooks/${name}'`,
    `.git/hooks/${name}`,
  ];
  return places
    .flatMap((place) => [
      `echo >&2 "\\n${ABOUT} ${ADVICE} ${place}.\\n"`,
      `printf >&2 "\\n%s\\n\\n" "${ABOUT} ${ADVICE} ${place}."`,
    ])
    .map((warn) => `#!/bin/sh\ncommand -v git-lfs >/dev/null 2>&1 || { ${warn}; exit 2; }\ngit lfs ${name} "$@"\n`);
}

/** Whether a file is a hook exactly as Git LFS writes it. */
export function isGitLfsHook(name: string, path: string): boolean {
  const hook = HOOK.exec(name)?.[1];
  if (hook === undefined) return false;
  try {
    const stats = lstatSync(path);
    return stats.isFile() && stats.size <= MAX_BYTES && scripts(hook).includes(readFileSync(path, "utf8"));
  } catch {
    return false;
  }
}
