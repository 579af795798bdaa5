import * as v from "valibot";
import { nameProblem } from "./names.ts";
import { parseJson } from "./read-small-file.ts";

const HASH = "[0-9a-f]{40}(?:[0-9a-f]{24})?";
const TIME = String.raw`\d{1,12}(?:\.\d{1,9})?(?:e[+-]?\d{1,3})?`;
/** `_local_folder.py` of huggingface_hub: commit, ETag, time. */
const DOWNLOADED = new RegExp(`^[0-9a-f]{40}\n${HASH}\n${TIME}\n$`);
/** Time, size, whether to ignore it, SHA-256, how it is uploaded, whether it was uploaded and committed; older ones have a line more. */
const UPLOADED = new RegExp(
  `^${TIME}\n\\d{1,16}\n[01]?\n(?:[0-9a-f]{64})?\n(?:regular|lfs)?\n(?:(?:${HASH})?\n)?[01]\n[01]\n$`,
);
const RECORD = /^\.cache\/huggingface\/(?<kind>download|upload)\/.+\.(?<ending>metadata|lock)$/;

/** `_local_folder.py`: it tells programs that make backups to skip the folder. */
const CACHE_TAG = [
  "Signature: 8a477f597d28d172789f06886806bc55",
  "# This file is a cache directory tag created by huggingface_hub.",
  "# For information about cache directory tags, see:",
  "#\thttps://bford.info/cachedir/",
  "",
].join("\n");

const Size = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const Sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
/** `_tree_cache.py`. */
const TreeList = v.strictObject({
  format_version: v.literal(1),
  files: v.record(
    v.pipe(
      v.string(),
      v.check((name) => nameProblem(name) === undefined),
    ),
    v.strictObject({
      size: Size,
      blob_id: v.pipe(v.string(), v.regex(/^[0-9a-f]{40}$/)),
      lfs_sha256: v.optional(Sha256),
      lfs_size: v.nullish(Size),
      xet_hash: v.optional(Sha256),
    }),
  ),
});

/** Where huggingface_hub keeps what it knows of a commit, beside files that it downloads to a folder. */
export function isHubTreeListName(name: string): boolean {
  return /^\.cache\/huggingface\/trees\/[0-9a-f]{40}\.json$/.test(name);
}

/** The list of the files of a commit, and nothing else. */
export function isHubTreeList(bytes: Buffer): boolean {
  return v.is(TreeList, parseJson(bytes.toString("utf8")));
}

/** What huggingface_hub keeps beside files that it downloads to a folder, or uploads from one. */
export function isHubRecord(bytes: Buffer, name: string): boolean {
  // Python ends lines as the system does.
  const text = bytes.toString("latin1").replaceAll("\r\n", "\n");
  if (name === ".cache/huggingface/CACHEDIR.TAG") return text === CACHE_TAG;
  if (name === ".cache/huggingface/.gitignore") return text === "*" || text === "*\n";
  if (name === ".cache/huggingface/.gitignore.lock") return text === "";
  const groups = RECORD.exec(name)?.groups;
  if (groups?.["ending"] === "lock") return text === "";
  if (groups?.["kind"] === "download") return DOWNLOADED.test(text);
  return groups?.["kind"] === "upload" && UPLOADED.test(text);
}

/** A `.DS_Store` of macOS: a file of the buddy allocator whose table of contents names `DSDB` and nothing else. */
export function isFinderStore(bytes: Buffer): boolean {
  if (bytes.length < 36 || bytes.toString("latin1", 0, 8) !== "\0\0\0\u0001Bud1") return false;
  const [offset, size, again] = [bytes.readUInt32BE(8), bytes.readUInt32BE(12), bytes.readUInt32BE(16)];
  // Offsets begin after the first four bytes.
  const root = bytes.subarray(4 + offset, 4 + offset + size);
  if (offset !== again || root.length !== size || size < 8) return false;
  const blocks = root.readUInt32BE(0);
  const contents = 8 + Math.ceil(blocks / 256) * 256 * 4;
  if (blocks > 65_536 || contents + 4 + 5 > size) return false;
  return root.readUInt32BE(contents) === 1 && root.toString("latin1", contents + 4, contents + 9) === "\u0004DSDB";
}

const COMPOUND_FILE = Buffer.from("d0cf11e0a1b11ae1", "hex");
const END_OF_CHAIN = 0xffff_fffe;
/** Of Windows XP, and of Vista and later: pictures by size and hash. */
const THUMBNAIL = /^(?:Root Entry|Catalog|\d{1,10}|\d{2,4}_[0-9a-f]{1,16})$/;

/** A `Thumbs.db` of Windows: a compound file ([MS-CFB]) in which every entry is a thumbnail or their catalog. */
export function isThumbnailCache(bytes: Buffer): boolean {
  if (bytes.length < 1536 || !bytes.subarray(0, 8).equals(COMPOUND_FILE)) return false;
  const shift = bytes.readUInt16LE(30);
  if (bytes.readUInt16LE(28) !== 0xfffe || (shift !== 9 && shift !== 12)) return false;
  const sectorBytes = 2 ** shift;
  const sector = (index: number): Buffer => bytes.subarray((index + 1) * sectorBytes, (index + 2) * sectorBytes);
  const next = (index: number): number | undefined => {
    const perSector = sectorBytes / 4;
    const table = Math.floor(index / perSector);
    // Longer chains of tables belong to files over the limit.
    if (table >= 109) return undefined;
    const found = sector(bytes.readUInt32LE(76 + table * 4));
    return found.length === sectorBytes ? found.readUInt32LE((index % perSector) * 4) : undefined;
  };
  let entries = 0;
  let index: number | undefined = bytes.readUInt32LE(48);
  for (let steps = 0; index !== undefined && index !== END_OF_CHAIN; steps++) {
    const found = sector(index);
    if (found.length !== sectorBytes || steps > bytes.length / sectorBytes) return false;
    for (let at = 0; at < sectorBytes; at += 128) {
      const kind = found[at + 66] ?? 0;
      if (kind === 0) continue;
      const length = found.readUInt16LE(at + 64);
      if (length < 2 || length > 64) return false;
      if (!THUMBNAIL.test(found.toString("utf16le", at, at + length - 2))) return false;
      entries++;
    }
    index = next(index);
  }
  return index === END_OF_CHAIN && entries > 0;
}

const SECTION = /^\[(?:\.ShellClassInfo|ViewState|LocalizedFileNames|\{[0-9A-F-]{36}\})\]$/i;
/** Not `CLSID` and its like: they make a folder another object. */
const SETTING =
  /^(?:LocalizedResourceName|IconResource|IconFile|IconIndex|InfoTip|ConfirmFileOp|NoSharing|Mode|Vid|FolderType|Logo|Prop\d{1,3})=(?<value>.*)$/i;
const FILE_NAME = /^[^=\\/]+=@(?:%\w+%|[A-Z]:)\\[^,]*,-?\d+$/i;

/** A `desktop.ini` of Windows: how a folder is shown, by files of this machine only. A path of the network is none: it would be asked. */
export function isDesktopIni(bytes: Buffer): boolean {
  const text = bytes[0] === 0xff && bytes[1] === 0xfe ? bytes.toString("utf16le", 2) : bytes.toString("latin1");
  const lines = text
    .replace(/^\u00ef\u00bb\u00bf/, "")
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith(";"));
  if (lines[0] === undefined || !SECTION.test(lines[0])) return false;
  return lines.every((line) => {
    if (SECTION.test(line) || FILE_NAME.test(line)) return true;
    const value = SETTING.exec(line)?.groups?.["value"];
    return value !== undefined && isLocal(value);
  });
}

function isLocal(value: string): boolean {
  return !/[\\/]{2}|\p{Cc}/u.test(value) && !value.includes("..");
}

const Notebook = v.looseObject({
  cells: v.array(v.looseObject({ cell_type: v.picklist(["code", "markdown", "raw"]) })),
  metadata: v.looseObject({}),
  nbformat: v.literal(4),
  nbformat_minor: v.number(),
});

/** A notebook of Jupyter, format 4. */
export function isNotebook(bytes: Buffer): boolean {
  return v.is(Notebook, parseJson(bytes.toString("utf8")));
}
