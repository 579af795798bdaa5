/**
 * Characters that change how the text around them is shown, or that are not shown at all: controls (line breaks, escapes,
 * NUL), the bidirectional formats, everything that Unicode lists as ignorable (zero width characters, tags, variation
 * selectors, which can carry a hidden text), and half a surrogate pair. U+FE0F only asks for the picture of an emoji.
 */
const DECEPTIVE = /(?!\ufe0f)[\p{Cc}\p{Cs}\p{Default_Ignorable_Code_Point}\u2028\u2029\ufff9-\ufffb]/gu;

/** Text of others (file names, identities, messages made of them) as one line that shows what it is. */
export function plainText(text: string): string {
  return text.replace(DECEPTIVE, "\u{fffd}");
}

/** JSON in which they are escapes: the same values, and nothing in it changes how it is shown. */
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

/** Shortened in the middle: both ends of an identity or a path tell more than its middle. */
export function middleShortened(text: string, length: number): string {
  const points = [...text];
  if (points.length <= length) return text;
  const head = Math.ceil((length - 1) / 2);
  return `${points.slice(0, head).join("")}…${points.slice(points.length - (length - 1 - head)).join("")}`;
}
