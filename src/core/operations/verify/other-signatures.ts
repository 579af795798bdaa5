import { lstatSync } from "node:fs";
import { join } from "node:path";
import { MAX_BUNDLE_BYTES } from "../../bundle/bounded-json.ts";
import { strictStatements } from "../../bundle/strict-bundle.ts";
import type { FileList, ModelFile } from "../../model/file-list.ts";
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
 * @param files of the list, that may be one
 * @param isOfModel whether the model has a file of that canonical name
 * @returns canonical names
 * @throws ProvenanceError CANCELLED
 */
export async function findOtherSignatures(
  { root, kind }: Pick<FileList, "root" | "kind">,
  files: readonly ModelFile[],
  isOfModel: (name: string) => boolean,
  signal?: AbortSignal,
): Promise<string[]> {
  if (kind === "file") return [];
  const slices = new TimeSlices(signal);
  const found: string[] = [];
  for (const file of files.filter(({ name }) => isSignaturePath(name)).slice(0, MAX_OTHERS)) {
    if (isSignatureOf(file, root, isOfModel)) found.push(file.name);
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
  const files = left.flatMap(({ name }) => listedFile(list.root, name) ?? []);
  const found = new Set(await findOtherSignatures(list, files, isOfModel, signal));
  if (found.size === 0) return list;
  return {
    ...list,
    ignored: list.ignored.map((entry) => (found.has(entry.name) ? { ...entry, source: "signature" } : entry)),
  };
}

function listedFile(root: string, name: string): ModelFile | undefined {
  const path = join(root, name);
  const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return stats?.isFile() === true ? modelFile(name, { path, stats }) : undefined;
}

function isSignatureOf(file: ModelFile, root: string, isOfModel: (name: string) => boolean): boolean {
  // The listed file may be one that a link leads to.
  if (lstatSync(join(root, file.name), { throwIfNoEntry: false })?.isFile() !== true) return false;
  const bytes = readListed(file, MAX_BUNDLE_BYTES);
  const statements = bytes && strictStatements(bytes, file.name);
  if (statements === undefined) return false;
  return statements.every(({ manifest }) =>
    manifest.resources.some((resource) => resource.file !== file.name && isOfModel(resource.file)),
  );
}
