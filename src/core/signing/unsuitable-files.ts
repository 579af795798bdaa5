import { ProvenanceError } from "../errors.ts";
import type { ModelFile } from "../model/file-list.ts";
import { leftoverOf, leftoverTarget, missingParts } from "../model/partial-download.ts";
import { TimeSlices } from "../model/time-slices.ts";
import type { SmallFiles } from "./private-key-files.ts";
import { REMEDIES } from "./remedies.ts";

/** Names that an error carries. */
const NAMES = 1_000;
/** Signs of an incomplete model that its error names. */
const NAMED = 3;

/** What a caller allows that is an error otherwise. */
export interface AllowedFiles {
  /** Signs files that hold private keys, too. */
  readonly allowPrivateKeys?: boolean;
  /** Signs Git LFS pointers in place of what they stand for. */
  readonly allowLfsPointers?: boolean;
  /** Signs a model of which parts are missing, or not completely downloaded. */
  readonly allowIncomplete?: boolean;
  /** Files named `.env` that are signed all the same; canonical names. */
  readonly namedFiles?: readonly string[];
}

/**
 * Rejects files that are hardly meant to be signed: private keys, passwords in a `.env`, pointers in place of content, a
 * model that is not complete.
 *
 * @param label what a person calls the model
 * @throws ProvenanceError MODEL_PRIVATE_KEY, MODEL_ENV_FILE, MODEL_LFS_POINTER, MODEL_INCOMPLETE, CANCELLED
 */
export async function rejectUnsuitable(
  files: readonly ModelFile[],
  { privateKeys, pointers }: SmallFiles,
  label: string,
  allowed: AllowedFiles,
  signal?: AbortSignal,
): Promise<void> {
  if (allowed.allowPrivateKeys !== true && privateKeys.length > 0) {
    throw unsuitable("MODEL_PRIVATE_KEY", label, privateKeys, "contains a private key");
  }
  const named = new Set(allowed.namedFiles);
  const secrets = files.map(({ name }) => name).filter((name) => /(?:^|\/)\.env$/.test(name) && !named.has(name));
  if (secrets.length > 0) throw unsuitable("MODEL_ENV_FILE", label, secrets, "usually contains passwords and tokens");
  if (allowed.allowLfsPointers !== true && pointers.length > 0) {
    throw unsuitable("MODEL_LFS_POINTER", label, pointers, "is a Git LFS pointer, not the content");
  }
  if (allowed.allowIncomplete !== true) await rejectIncomplete(files, label, signal);
}

async function rejectIncomplete(files: readonly ModelFile[], label: string, signal?: AbortSignal): Promise<void> {
  const slices = new TimeSlices(signal);
  const present = new Set(files.map(({ name }) => name));
  const signs = missingParts(files).map(({ name, index }) => ({
    name,
    text: `"${name}" is missing, which ${index} names`,
  }));
  for (const file of files) {
    const { name } = file;
    const leftover = leftoverOf(file);
    const target = leftoverTarget(name);
    if (leftover === "partial-download") signs.push({ name, text: `"${name}" is an unfinished download` });
    else if (leftover === "aria2") signs.push({ name, text: `aria2 has not finished "${target}" ("${name}")` });
    else if (leftover === "dvc" && !present.has(target)) {
      signs.push({ name, text: `"${target}" is missing, which DVC keeps elsewhere ("${name}")` });
    }
    if (slices.isOver()) await slices.next();
  }
  if (signs.length === 0) return;
  const more = signs.length > NAMED ? `; and ${signs.length - NAMED} more` : "";
  const text = signs
    .slice(0, NAMED)
    .map((sign) => sign.text)
    .join("; ");
  throw new ProvenanceError(
    "MODEL_INCOMPLETE",
    `${label} was not signed, it is incomplete: ${text}${more}. ${REMEDIES.MODEL_INCOMPLETE}`,
    { details: { names: signs.slice(0, NAMES).map(({ name }) => name), count: signs.length, signs: text } },
  );
}

/** The error for files that are hardly meant to be signed; it carries the first thousand names. */
function unsuitable(
  code: "MODEL_ENV_FILE" | "MODEL_LFS_POINTER" | "MODEL_PRIVATE_KEY",
  label: string,
  names: readonly string[],
  what: string,
): ProvenanceError {
  const more = names.length === 1 ? "" : ` (and ${names.length - 1} more files)`;
  return new ProvenanceError(code, `${label} was not signed: "${names[0] ?? ""}" ${what}${more}. ${REMEDIES[code]}`, {
    details: { names: names.slice(0, NAMES), count: names.length },
  });
}

/** Folders of tools whose content is code or settings: nothing proposes to leave them out. */
const DEVELOPMENT: ReadonlySet<string> = new Set(["__pycache__", ".vscode", ".idea", ".mypy_cache", ".pytest_cache"]);

/**
 * What a signer should know of the files that are signed, in sentences.
 *
 * @param toolFiles those of them that tools wrote
 */
export function contentWarnings(files: readonly ModelFile[], toolFiles: readonly string[]): string[] {
  const isTool = new Set(toolFiles);
  const others = new Set<string>();
  for (const file of files) {
    const folder = file.name
      .split("/")
      .slice(0, -1)
      .find((part) => DEVELOPMENT.has(part));
    const leftover = folder === undefined && !isTool.has(file.name) ? leftoverOf(file) : undefined;
    if (folder !== undefined) others.add(folder);
    else if (leftover === "lock" || leftover === "dvc") others.add(file.name);
  }
  return [
    ...(toolFiles.length === 0
      ? []
      : [`Tools wrote these files, and they are signed: ${listed(toolFiles)}. They can be excluded (--exclude-junk).`]),
    ...(others.size === 0
      ? []
      : [
          `These are signed, too: ${listed([...others].sort())}. Delete what does not belong to the model, and sign again.`,
        ]),
  ];
}

function listed(names: readonly string[]): string {
  const more = names.length - NAMED;
  return names.slice(0, NAMED).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
