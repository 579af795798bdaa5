import type { OptionSpecs } from "./arguments.ts";

/** What `--help` shows of a command. */
export interface HelpPage {
  /** `model-provenance verify key [OPTION…] MODEL` */
  readonly usage: string;
  /** Paragraphs. */
  readonly description: readonly string[];
  /** Two columns: subcommands. */
  readonly commands?: readonly (readonly [string, string])[];
  readonly options: OptionSpecs;
  /** Commands to copy. */
  readonly examples?: readonly string[];
}

const WIDTH = 96;
const COLUMN = 30;

function wrap(text: string, indent: number): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && indent + line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].join(`\n${" ".repeat(indent)}`);
}

function row(left: string, right: string): string {
  const start = `  ${left}`;
  const text = wrap(right, COLUMN);
  return start.length + 2 <= COLUMN ? start.padEnd(COLUMN) + text : `${start}\n${" ".repeat(COLUMN)}${text}`;
}

/** The page as text, 96 characters wide. */
export function renderHelp(page: HelpPage): string {
  const sections = [`Usage: ${page.usage}`, ...page.description.map((paragraph) => wrap(paragraph, 0))];
  if (page.commands !== undefined) {
    sections.push(["Commands:", ...page.commands.map(([name, summary]) => row(name, summary))].join("\n"));
  }
  const options = Object.entries(page.options).map(([usage, help]) =>
    row(usage === "help" ? "-h, --help" : `--${usage}`, help),
  );
  sections.push(["Options:", ...options].join("\n"));
  if (page.examples !== undefined) sections.push(["Examples:", ...page.examples.map((line) => `  ${line}`)].join("\n"));
  return `${sections.join("\n\n")}\n`;
}
