import { readFileSync } from "node:fs";

/** The one block of TypeScript in a page of the documentation. */
export function documentedExample(page: string): string {
  const blocks = [...readFileSync(page, "utf8").matchAll(/^```ts\n(.+?)^```$/gms)];
  const [code] = blocks.map(([, text]) => text);
  if (code === undefined || blocks.length !== 1) throw new Error(`${page} has ${blocks.length} examples, not one`);
  return code;
}
