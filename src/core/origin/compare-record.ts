import { join } from "node:path";
import type { ModelFile } from "../model/file-list.ts";
import { compareCodePoints } from "../model/names.ts";
import { peekSignature } from "../model/peek-signature.ts";
import { isSignatureName } from "../model/signature-names.ts";
import type { DownloadRecord, RecordedFile } from "./download-record.ts";
import type { ListedModel } from "./list-model.ts";
import type { OriginFiles, PointerFile } from "./origin.ts";

/** A listed file and what the record says of it. */
export interface ComparedFile {
  readonly file: ModelFile;
  readonly recorded: RecordedFile;
}

/** A model and its record as names and sizes show them. */
export interface RecordComparison extends Omit<OriginFiles, "match" | "unchecked"> {
  /** Files whose digests decide. */
  readonly open: readonly ComparedFile[];
}

/** Compares what is listed with a record, without reading a file. */
export function compareWithRecord(
  model: ListedModel,
  record: DownloadRecord,
  pointers: readonly PointerFile[],
): RecordComparison {
  const isPointer = new Set(pointers.map(({ name }) => name));
  const open: ComparedFile[] = [];
  const changed: string[] = [];
  const missing: string[] = [];
  const extra: string[] = [];
  const unrecorded: string[] = [];
  for (const file of model.files) {
    const { name } = file;
    const recorded = record.files.get(name);
    if (recorded === undefined) (record.listsAll && !isSignature(model, name) ? extra : unrecorded).push(name);
    else if (isPointer.has(name) && recorded.sha256 !== undefined) missing.push(name);
    else if (recorded.sha256 === undefined && recorded.gitBlob === undefined) unrecorded.push(name);
    else if (recorded.size !== undefined && recorded.size !== file.size) changed.push(name);
    else open.push({ file, recorded });
  }
  // What is not read does not match either.
  for (const name of model.others) (record.files.has(name) ? changed : record.listsAll ? extra : unrecorded).push(name);
  if (model.kind === "directory") {
    const here = new Set([...model.files.map(({ name }) => name), ...model.others]);
    for (const name of record.files.keys()) if (!here.has(name)) missing.push(name);
  }
  return {
    open,
    changed: sorted(changed),
    missing: sorted(missing),
    extra: sorted(extra),
    unrecorded: sorted(unrecorded),
  };
}

export function sorted(names: readonly string[]): string[] {
  return names.toSorted(compareCodePoints);
}

/** A signature at the top of a model was added by who signed it. */
function isSignature({ folder }: ListedModel, name: string): boolean {
  return !name.includes("/") && isSignatureName(name) && peekSignature(join(folder, name)) !== undefined;
}
