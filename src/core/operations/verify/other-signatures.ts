import { lstatSync } from "node:fs";
import { join } from "node:path";
import { MAX_BUNDLE_BYTES } from "../../bundle/bounded-json.ts";
import { strictStatements } from "../../bundle/strict-bundle.ts";
import type { FileList } from "../../model/file-list.ts";
import { readListed } from "../../model/listed-content.ts";
import { isSignaturePath } from "../../model/signature-names.ts";
import { TimeSlices } from "../../model/time-slices.ts";
import { modelFile } from "../../model/walk.ts";

/** Signature files of one model that are looked at. */
const MAX_OTHERS = 100;

/**
 * Further OMS signatures of a model in its folder: regular files at its top (or `.kaggle/signing.json`) that are called
 * like a signature, are one and nothing else, and name a file of the model. Nothing of them is verified.
 *
 * @param names canonical names of files that may be one
 * @param isOfModel whether the model has a file of that canonical name
 * @returns canonical names
 * @throws ProvenanceError CANCELLED
 */
export async function findOtherSignatures(
  { root, kind }: Pick<FileList, "root" | "kind">,
  names: readonly string[],
  isOfModel: (name: string) => boolean,
  signal?: AbortSignal,
): Promise<string[]> {
  if (kind === "file") return [];
  const slices = new TimeSlices(signal);
  const found: string[] = [];
  for (const name of names.filter(isSignaturePath).slice(0, MAX_OTHERS)) {
    if (isSignatureOf(root, name, isOfModel)) found.push(name);
    if (slices.isOver()) await slices.next();
  }
  return found;
}

/**
 * The entries that the signer excluded, with the signatures among them as such.
 *
 * @throws ProvenanceError CANCELLED
 */
export async function withSignaturesNamed(
  list: FileList,
  isOfModel: (name: string) => boolean,
  signal?: AbortSignal,
): Promise<FileList> {
  const left = list.ignored.filter(({ name, source }) => source === "signer" && isSignaturePath(name));
  const names = left.map(({ name }) => name);
  const found = new Set(await findOtherSignatures(list, names, isOfModel, signal));
  if (found.size === 0) return list;
  return {
    ...list,
    ignored: list.ignored.map((entry) => (found.has(entry.name) ? { ...entry, source: "signature" } : entry)),
  };
}

function isSignatureOf(root: string, name: string, isOfModel: (name: string) => boolean): boolean {
  const path = join(root, name);
  const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  const bytes = stats?.isFile() === true ? readListed(modelFile(name, { path, stats }), MAX_BUNDLE_BYTES) : undefined;
  const statements = bytes && strictStatements(bytes, name);
  if (statements === undefined) return false;
  return statements.every(({ manifest }) => manifest.resources.some(({ file }) => file !== name && isOfModel(file)));
}
