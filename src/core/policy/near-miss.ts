/** What people write who know the format that this one is shaped after. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  images: "models",
  "ca-cert": "caCert",
  cacert: "caCert",
  trustrootref: "trustConfig",
  identity: "subject",
  certificateidentity: "subject",
  certificateoidcissuer: "issuer",
  pattern: "glob",
  x509: "certificate",
};

/** The one of `names` that `text` was probably meant to be: another spelling, or at most two slips of the hand away. */
export function nearMiss(text: string, names: readonly string[]): string | undefined {
  const wanted = plain(text);
  const other = OTHER_NAMES[text.toLowerCase()];
  if (other !== undefined && names.includes(other)) return other;
  const limit = Math.min(2, Math.floor(wanted.length / 3));
  let best: { readonly name: string; readonly distance: number } | undefined;
  for (const name of names) {
    const candidate = plain(name);
    if (Math.abs(candidate.length - wanted.length) > limit) continue;
    const distance = editDistance(wanted, candidate);
    if (distance <= limit && (best === undefined || distance < best.distance)) best = { name, distance };
  }
  return best?.name;
}

function plain(text: string): string {
  return text.toLowerCase().replaceAll(/[-_ ]/g, "");
}

/** Insertions, deletions, replacements and swaps of neighbours (restricted Damerau-Levenshtein). */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let best = Math.min(
        (above[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (above[column - 1] ?? 0) + (same ? 0 : 1),
      );
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) best = Math.min(best, (before[column - 2] ?? 0) + 1);
      current.push(best);
    }
    before = above;
    above = current;
  }
  return above[b.length] ?? 0;
}
