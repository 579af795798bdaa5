const SPACES = "  ";

/**
 * Breaks JSON into indented lines. Only white space changes: numbers, strings and duplicate names stay as signed. Text that
 * is not JSON becomes lines too.
 */
export function indentJson(text: string): string[] {
  const lines: string[] = [];
  let line = "";
  let depth = 0;
  const end = (): void => {
    if (line.trim() !== "") lines.push(line);
    line = SPACES.repeat(Math.min(depth, 20));
  };
  for (const [part] of text.matchAll(/"(?:[^"\\]|\\.)*"?|[[\]{},:]|[^\s"[\]{},:]+/gs)) {
    if (part === "}" || part === "]") {
      depth = Math.max(0, depth - 1);
      const empty = /[[{]$/.test(lines.at(-1) ?? "") && line.trim() === "";
      if (empty) line = lines.pop() ?? "";
      else end();
      line += part;
      continue;
    }
    if (line.endsWith("}") || line.endsWith("]")) {
      if (part !== ",") end();
    }
    line += part === ":" ? ": " : part;
    if (part === "{" || part === "[") {
      depth += 1;
      end();
    } else if (part === ",") end();
  }
  end();
  return lines;
}
