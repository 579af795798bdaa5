import { globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SHORT_REASONS } from "../src/core/presentation/short-reasons.ts";
import { LABEL_TEXTS } from "../src/core/presentation/verdict-labels.ts";
import { ROOT } from "./fetch.mjs";

/** What is to be translated of the code. */
export interface Texts {
  readonly texts: ReadonlySet<string>;
  /** Calls whose text is not written in them: `src/ui/status-bar.ts:12`. */
  readonly unreadable: readonly string[];
}

/** The texts of tables, whose translation is looked up by `t(label)`. */
export const TABLE_TEXTS: readonly string[] = [...LABEL_TEXTS, ...SHORT_REASONS];

const CALL = /\bl10n\.t\(\s*/g;
/** Folders where the translating function is an argument. */
const PRESENTATION = /[\\/]presentation[\\/]/;
const PRESENTATION_CALL = /\bt\(\s*/g;
/** A text in quotes, and what may follow it in a call. */
const TEXT = /"((?:[^"\\\n]|\\.)*)"(?=\s*[,)])|'((?:[^'\\\n]|\\.)*)'(?=\s*[,)])/y;

/** Reads the first argument of every `l10n.t` below `src`, and of every `t` of the presentation; the texts of the tables are among them. */
export function localizedTexts(): Texts {
  const texts = new Set(TABLE_TEXTS);
  const unreadable: string[] = [];
  for (const file of globSync("src/**/*.ts", { cwd: ROOT }).sort()) {
    const source = readFileSync(join(ROOT, file), "utf8");
    for (const { index, 0: call } of source.matchAll(PRESENTATION.test(file) ? PRESENTATION_CALL : CALL)) {
      TEXT.lastIndex = index + call.length;
      const [, double, single] = TEXT.exec(source) ?? [];
      const inside = double ?? single?.replaceAll("\\'", "'").replaceAll('"', '\\"');
      if (inside !== undefined) texts.add(JSON.parse(`"${inside}"`));
      else unreadable.push(`${file.replaceAll("\\", "/")}:${source.slice(0, index).split("\n").length}`);
    }
  }
  return { texts, unreadable };
}

/** Writes `l10n/bundle.l10n.json`: what translators start from, beside their `bundle.l10n.LANGUAGE.json`. */
export function writeL10nBundle(): void {
  const { texts } = localizedTexts();
  mkdirSync(join(ROOT, "l10n"), { recursive: true });
  const bundle = Object.fromEntries([...texts].sort().map((text) => [text, text]));
  writeFileSync(join(ROOT, "l10n", "bundle.l10n.json"), `${JSON.stringify(bundle, undefined, 2)}\n`);
}
