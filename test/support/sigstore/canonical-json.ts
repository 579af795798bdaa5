/** RFC 8785 for what the logs hold: objects with ASCII names, strings, and integers. */
export function canonicalJson(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(sorted(value)), "utf8");
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [name, sorted(member)]),
  );
}
