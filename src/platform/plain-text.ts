/** Characters that change how the text around them is shown: control characters, and the bidirectional and invisible formats. */
const DECEPTIVE = /[\p{Cc}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff\u{e0000}-\u{e007f}]/gu;

/** Text of others (file names, identities, messages made of them) as one line that shows what it is. */
export function plainText(text: string): string {
  return text.replace(DECEPTIVE, "\u{fffd}");
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
