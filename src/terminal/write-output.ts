import { writeFile } from "node:fs/promises";
import { systemCode } from "../core/errors.ts";
import type { OptionSpecs } from "./arguments.ts";
import { usageError } from "./arguments.ts";
import type { Terminal } from "./terminal.ts";

export const OUTPUT_OPTION = {
  "output FILE": "Where the result is written; a file that is there is not replaced. Default: standard output.",
} satisfies OptionSpecs;

/**
 * Writes text to a new file, or to standard output.
 *
 * @throws ProvenanceError USAGE where the file is there or cannot be written
 */
export async function writeOutput(text: string, file: string | undefined, { out, log }: Terminal): Promise<void> {
  if (file === undefined) {
    // What came from outside is escaped, line by line.
    out.print(
      ...text
        .replace(/\n$/, "")
        .split("\n")
        .map((line) => [line]),
    );
    return;
  }
  try {
    await writeFile(file, text, { flag: "wx" });
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined) throw error;
    throw usageError(
      code === "EEXIST" ? `${file} is there already; it is not replaced.` : `${file} cannot be written (${code}).`,
    );
  }
  log.info(`Written: ${file}`);
}
