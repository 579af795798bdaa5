/**
 * Protobuf JSON with its keys in camelCase: tools write them so or in snake_case, and a reader has to take both.
 *
 * @throws Error where one object has the same field in both spellings
 */
export function camelCased(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(camelCased);
  if (typeof json !== "object" || json === null) return json;
  const result = new Map<string, unknown>();
  for (const [key, value] of Object.entries(json)) {
    const name = key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
    if (result.has(name)) throw new Error(`the field ${name} is there twice`);
    result.set(name, camelCased(value));
  }
  return Object.fromEntries(result);
}
