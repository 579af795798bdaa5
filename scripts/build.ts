import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { bundle } from "../esbuild.mjs";
import { activationSizes } from "./activation-sizes.ts";
import { ROOT } from "./fetch.mjs";
import { writeL10nBundle } from "./l10n.ts";
import { thirdPartyNotices } from "./notices.ts";
import { keepPublicTypes } from "./public-types.ts";
import { tool } from "./tool.ts";

/** Everything that is shipped: the bundles, the licences of what they contain, texts to translate, the library's types. */
export async function build(): Promise<void> {
  const { sources, program } = await bundle();
  if (process.argv.includes("--sizes")) console.log(activationSizes(program));
  writeFileSync(join(ROOT, "dist", "third-party-notices.txt"), thirdPartyNotices(sources));
  writeL10nBundle();
  // Declarations of sources with mistakes are of use, too; `npm run check` reports mistakes.
  tool("typescript", "tsc", ["-p", "tsconfig.types.json", "--noCheck"]);
  keepPublicTypes();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await build();
