/**
 * Characters that are invisible or change how the text around them is shown: controls (line breaks, escapes, NUL),
 * bidirectional formats, everything that Unicode lists as ignorable (zero width characters, tags, variation selectors,
 * which can carry a hidden text), and lone surrogates. U+FE0F only selects the picture of an emoji.
 */
const DECEPTIVE = /(?!\ufe0f)[\p{Cc}\p{Cs}\p{Default_Ignorable_Code_Point}\u2028\u2029\ufff9-\ufffb]/gu;

/** Text of others (file names, identities, messages with them) on one line, with deceptive characters replaced. */
export function plainText(text: string): string {
  return text.replace(DECEPTIVE, "\u{fffd}");
}

/** The same for all texts in a value of plain data. */
export function withPlainTexts<T>(value: T): T {
  return JSON.parse(JSON.stringify(value), (_, part: unknown) => (typeof part === "string" ? plainText(part) : part));
}

/** JSON with those characters as escapes: the same values, without a deceptive character. */
export function visibleJson(json: string): string {
  return json.replace(DECEPTIVE, (found) => {
    if (found === "\n") return found;
    return found.replace(/[\s\S]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
  });
}

/**
 * The same for pop-ups and lists. Pop-ups turn `[text](address)` into a link that may run a command,
 * and lists turn `$(name)` into an icon; an invisible word joiner takes both meanings away.
 */
export function messageText(text: string): string {
  return plainText(text).replaceAll("](", "]\u2060(").replaceAll("$(", "$\u2060(");
}

/** Shortened in the middle, as both ends of an identity or a path matter more. */
export function middleShortened(text: string, length: number): string {
  const points = [...text];
  if (points.length <= length) return text;
  const head = Math.ceil((length - 1) / 2);
  return `${points.slice(0, head).join("")}…${points.slice(points.length - (length - 1 - head)).join("")}`;
}
