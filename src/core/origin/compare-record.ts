import { join } from "node:path";
import type { ModelFile } from "../model/file-list.ts";
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

export type RecordState = keyof OriginFiles;

/** A model and its record as names and sizes show them. */
export interface RecordComparison {
  /** By name; never `match`. */
  readonly states: Map<string, RecordState>;
  /** The files that are `unchecked`: their digests decide. */
  readonly open: readonly ComparedFile[];
}

/** Compares what is listed with a record, without reading a file. */
export function compareWithRecord(
  model: ListedModel,
  record: DownloadRecord,
  pointers: readonly PointerFile[],
): RecordComparison {
  const isPointer = new Set(pointers.map(({ name }) => name));
  const states = new Map<string, RecordState>();
  const open: ComparedFile[] = [];
  const unlisted = record.listsAll ? "extra" : "unrecorded";
  if (model.kind === "directory") for (const name of record.files.keys()) states.set(name, "missing");
  // What is not read does not match either.
  for (const name of model.others) states.set(name, record.files.has(name) ? "changed" : unlisted);
  for (const file of model.files) {
    const { name, size } = file;
    const recorded = record.files.get(name);
    if (recorded === undefined) states.set(name, isSignature(model, name) ? "unrecorded" : unlisted);
    else if (isPointer.has(name) && recorded.sha256 !== undefined) states.set(name, "missing");
    else if (recorded.sha256 === undefined && recorded.gitBlob === undefined) states.set(name, "unrecorded");
    else if (recorded.size !== undefined && recorded.size !== size) states.set(name, "changed");
    else {
      states.set(name, "unchecked");
      open.push({ file, recorded });
    }
  }
  return { states, open };
}

/** A signature at the top of a model was added by who signed it. */
function isSignature({ folder }: ListedModel, name: string): boolean {
  return !name.includes("/") && isSignatureName(name) && peekSignature(join(folder, name)).length > 0;
}
