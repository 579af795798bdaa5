import { basename, resolve } from "node:path";
import type { Bundle } from "../../bundle/bundle.ts";
import { parseBundle } from "../../bundle/parse-bundle.ts";
import type { FileLine } from "../../bundle/read-bundle.ts";
import { unlessRejected } from "../../errors.ts";
import { existsIn } from "../../model/ignore.ts";
import { nameProblem } from "../../model/names.ts";
import { claimOfPayload } from "../../model/peek-signature.ts";

/**
 * Of the bundles of a file, the one of that line; else the first that says that it signs the model, else the first that can
 * be read.
 */
export function bundleToShow(lines: readonly FileLine[], wanted?: number, model?: string): FileLine | undefined {
  const [first, ...others] = lines;
  const named = lines.find(({ line }) => line !== undefined && line === wanted);
  if (others.length === 0 || named !== undefined) return named ?? first;
  let readable: FileLine | undefined;
  for (const line of lines) {
    const bundle = unlessRejected(() => parseBundle(line.bytes, ""));
    if (bundle !== undefined && (model === undefined || isAbout(bundle, resolve(model)))) return line;
    if (bundle !== undefined) readable ??= line;
  }
  return readable ?? first;
}

/** Whether a bundle says that it signs the model: by its name, or by a file of it. */
export function isAbout({ envelope }: Bundle, model: string): boolean {
  const claim = claimOfPayload(envelope.payload);
  if (claim === undefined) return false;
  if (claim.subject === basename(model)) return true;
  return claim.files.some((file) => nameProblem(file) === undefined && existsIn(model, file));
}
