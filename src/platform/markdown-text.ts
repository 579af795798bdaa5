import { plainText } from "./plain-text.ts";

/**
 * Text of others as a Markdown code span on one line (CommonMark 6.1): nothing in it is markup, an address, a mention
 * or a reference to an issue, wherever it is pasted. Backslashes would not do: GitHub makes mentions after them.
 */
export function codeSpan(text: string): string {
  const shown = plainText(text);
  if (shown.trim() === "") return shown === "" ? "(empty)" : "(blank)";
  const runs = [...shown.matchAll(/`+/g)].map(([run]) => run.length);
  // The shortest fence that does not occur inside.
  let length = 1;
  while (runs.includes(length)) length += 1;
  const fence = "`".repeat(length);
  // A space on either side is taken away again by who reads it; a backtick would join the fence.
  const padded = /^[` ]|[` ]$/.test(shown) ? ` ${shown} ` : shown;
  return fence + padded + fence;
}
