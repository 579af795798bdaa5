/** Characters that a regular expression matches literally only behind a backslash. */
const SPECIAL = /[\\^$.*+?()[\]{}|]/g;

/**
 * Compiles patterns of the editor's settings: `*` and `?` without `/`, `**` across folders, `{a,b}`, `[a-z]`. They match
 * the whole of a path that is relative to a folder and `/` separated, in time linear in it.
 */
export async function compileGlobs(patterns: readonly string[]): Promise<(path: string) => boolean> {
  if (patterns.length === 0) return () => false;
  const { RE2JS, RE2JSException } = await import("re2js");
  const compiled = patterns.flatMap((pattern) => {
    try {
      return [RE2JS.compile(`^(?:${expressionOf(pattern)})$`)];
    } catch (error) {
      // An invalid pattern matches nothing, as in the editor.
      if (error instanceof RE2JSException) return [];
      throw error;
    }
  });
  return (path) => compiled.some((expression) => expression.matches(path));
}

function expressionOf(pattern: string): string {
  const tokens =
    pattern
      .replace(/^\.?\//, "")
      .replace(/\/$/, "")
      .match(/\*\*\/|\/\*\*$|\*\*|\[!?[^\]/]+\]|./gsu) ?? [];
  let depth = 0;
  return tokens
    .map((token) => {
      if (token === "**/") return "(?:.*/)?";
      if (token === "/**") return "/.*";
      if (token === "**") return ".*";
      if (token === "*") return "[^/]*";
      if (token === "?") return "[^/]";
      if (token === "{") {
        depth += 1;
        return "(?:";
      }
      if (token === "}" && depth > 0) {
        depth -= 1;
        return ")";
      }
      if (token === "," && depth > 0) return "|";
      if (token.length > 2 && token.startsWith("["))
        return `[${token.slice(1, -1).replace(/^!/, "^").replaceAll("\\", "\\\\")}]`;
      return token.replaceAll(SPECIAL, "\\$&");
    })
    .join("");
}
