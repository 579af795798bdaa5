import { readFileSync, writeFileSync } from "node:fs";

const BEGIN = "<!-- table: npm run bench -- --record -->";
const END = "<!-- end of the table -->";

/** Puts the text between the marks of a Markdown file, in place of what stands there. */
export function recordTable(file: string, text: string): void {
  const old = readFileSync(file, "utf8");
  const begin = old.indexOf(BEGIN);
  const end = old.indexOf(END, begin);
  if (begin < 0 || end < 0) throw new Error(`${file} has no marks for the table`);
  writeFileSync(file, `${old.slice(0, begin + BEGIN.length)}\n${text}${old.slice(end)}`);
}
