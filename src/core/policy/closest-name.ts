/** Names that similar formats have for the same thing. */
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

/** The one of `names` that `text` probably means: another spelling, or one with at most two typing errors. */
export function closestName(text: string, names: readonly string[]): string | undefined {
  const other = OTHER_NAMES[text.toLowerCase()];
  if (other !== undefined && names.includes(other)) return other;
  const wanted = plain(text);
  const limit = Math.min(2, Math.floor(wanted.length / 3));
  const lengthDifference = (name: string): number => Math.abs(name.length - text.length);
  const [closest] = names
    .map((name) => ({ name, distance: editDistance(wanted, plain(name)) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance || lengthDifference(a.name) - lengthDifference(b.name));
  return closest?.name;
}

function plain(text: string): string {
  return text.toLowerCase().replaceAll(/[-_ ]/g, "");
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (const [row, left] of [...a].entries()) {
    const current = [row + 1];
    for (const [column, right] of [...b].entries()) {
      const [diagonal = 0, up = 0] = above.slice(column, column + 2);
      current.push(Math.min(up + 1, (current[column] ?? 0) + 1, diagonal + (left === right ? 0 : 1)));
    }
    above = current;
  }
  return above.at(-1) ?? 0;
}
