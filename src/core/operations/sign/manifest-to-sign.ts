import { resolve } from "node:path";
import { mismatch } from "../../manifest/join-parts.ts";
import { readManifest } from "../../manifest/manifest-files.ts";
import { partText } from "../../manifest/part-number.ts";
import type { PartialManifest } from "../../manifest/partial-manifest.ts";
import type { FileList } from "../../model/file-list.ts";
import { relativeToModel } from "../../model/ignore.ts";
import { type ListOptions, listForSigning, type ModelManifest } from "../digest/digest.ts";
import { listingOf, wholeManifest } from "../digest/merge-parts.ts";

/**
 * What is signed of a model that was digested before: names and sizes of its files are compared with the manifest, and
 * contents are not read.
 *
 * @param options `manifest` is the path of a manifest that covers the whole model
 * @param checkList throws for a list that must not be signed, given the private keys that the manifest names
 * @throws ProvenanceError MANIFEST_*, MODEL_*, CANCELLED
 */
export async function manifestToSign(
  options: Pick<ListOptions, "model" | "signal"> & { readonly signature: string; readonly manifest: string },
  checkList: (list: FileList, privateKeys: readonly string[]) => Promise<void>,
): Promise<ModelManifest> {
  const started = performance.now();
  const model = resolve(options.model);
  const found = await readWholeManifest(options.manifest);
  const own = relativeToModel(model, options.signature);
  const { ignorePaths, ...listing } = listingOf(model, found.serialization, options.signal);
  const others = ignorePaths?.filter((path) => path !== own);
  const listed = await listForSigning({ ...listing, ignorePaths: others ?? [], signature: options.signature });
  compareWithDisk(found, listed.list, options.manifest);
  await checkList(listed.list, found.privateKeys);
  return wholeManifest(found, listed, started);
}

/** @throws ProvenanceError MANIFEST_UNREADABLE, MANIFEST_MISMATCH where it is of a part */
export async function readWholeManifest(path: string): Promise<PartialManifest> {
  const manifest = await readManifest(path);
  if (manifest.part.count === 1) return manifest;
  throw mismatch(`${path} is part ${partText(manifest.part)} of a model: join all parts with digest --merge first.`);
}

function compareWithDisk({ files }: PartialManifest, list: FileList, label: string): void {
  const found = new Map(list.files.map(({ name, size }) => [name, size]));
  const differences: string[] = [];
  for (const { name, size } of files) {
    const now = found.get(name);
    if (now === undefined) differences.push(`"${name}" is not in the model`);
    else if (now !== size) differences.push(`"${name}" has ${now} bytes, and ${size} in the manifest`);
    found.delete(name);
  }
  for (const name of found.keys()) differences.push(`"${name}" is not in the manifest`);
  const [first] = differences;
  if (first === undefined) return;
  const more = differences.length > 1 ? `, and ${differences.length - 1} more differences` : "";
  throw mismatch(`The model is not that of ${label}: ${first}${more}. Digest it again.`);
}
