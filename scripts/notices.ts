import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT } from "./fetch.mjs";

/** The licences of the packages that these bundled sources belong to, as one text. */
export function thirdPartyNotices(sources: readonly string[]): string {
  const folders = new Set(sources.filter((path) => path.includes("node_modules/")).map(packageFolder));
  const parts = [...folders].sort().map((folder) => {
    const about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
    const title = `${about.name} ${about.version} (${about.license})`;
    if (file !== undefined) return `${title}\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
    // Some packages name their licence without carrying its text.
    const text = join(ROOT, "scripts", "licences", `${about.license}.txt`);
    if (!existsSync(text)) throw new Error(`${about.name} is bundled but carries no licence text (${about.license})`);
    return `${title}\n\nCopyright (c) ${author(about)}\n\n${readFileSync(text, "utf8")}`;
  });
  return `This product contains the following packages.\n\n${parts.join(`\n${"-".repeat(79)}\n\n`)}`;
}

function author(about: { readonly author?: string | { readonly name: string } }): string {
  return typeof about.author === "string" ? about.author : (about.author?.name ?? "its authors");
}

/** The nearest folder above a source whose package.json has a name: some packages carry nameless ones inside. */
function packageFolder(source: string): string {
  for (let folder = dirname(join(ROOT, source)); folder !== ROOT; folder = dirname(folder)) {
    const file = join(folder, "package.json");
    if (existsSync(file) && JSON.parse(readFileSync(file, "utf8")).version !== undefined) return folder;
  }
  throw new Error(`${source} belongs to no package`);
}
