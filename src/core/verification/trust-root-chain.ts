import * as v from "valibot";

/** Bytes of a root, as `tuf-js` limits it. */
const MAX_ROOT_BYTES = 512_000;

const Version = v.looseObject({ signed: v.looseObject({ version: v.pipe(v.number(), v.safeInteger()) }) });

/**
 * Returns the TUF root versions between two, in order. The updater keeps the latest only; verification needs all of them.
 *
 * @param known texts of roots that need not be fetched
 * @param repository URL of the mirror, and the milliseconds that a request may take
 * @returns as received: nothing is verified yet
 */
export async function rootsBetween(
  first: string,
  last: string,
  known: readonly string[],
  repository: { readonly mirror: string; readonly timeout: number },
): Promise<string[]> {
  const texts = new Map(known.map((text) => [versionOf(text), text]));
  const roots: string[] = [];
  for (let version = versionOf(first) + 1; version < versionOf(last); version++) {
    roots.push(texts.get(version) ?? (await fetchRoot(version, repository)));
  }
  return roots;
}

function versionOf(root: string): number {
  return v.parse(Version, JSON.parse(root)).signed.version;
}

async function fetchRoot(
  version: number,
  { mirror, timeout }: { readonly mirror: string; readonly timeout: number },
): Promise<string> {
  const url = `${mirror}/${version}.root.json`;
  const response = await fetch(url, { signal: AbortSignal.timeout(timeout) });
  if (!response.ok) throw new Error(`${url} answers ${response.status}`);
  const text = await response.text();
  if (text.length > MAX_ROOT_BYTES) throw new Error(`${url} is larger than ${MAX_ROOT_BYTES} bytes`);
  return text;
}
