import { mkdirSync, symlinkSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { writeTree } from "./temporary-folder.ts";

/** A `.DS_Store` as Finder writes it for a folder without settings: header, root block, table of contents. */
export function finderStore(): Buffer {
  const bytes = Buffer.alloc(6148);
  bytes.writeUInt32BE(1, 0);
  bytes.write("Bud1", 4, "latin1");
  bytes.writeUInt32BE(0x1000, 8);
  bytes.writeUInt32BE(0x800, 12);
  bytes.writeUInt32BE(0x1000, 16);
  const root = bytes.subarray(0x1004);
  root.writeUInt32BE(2, 0);
  root.writeUInt32BE(0x100b, 8);
  root.writeUInt32BE(0x45, 12);
  root.writeUInt32BE(1, 8 + 256 * 4);
  root.write("\u0004DSDB", 8 + 256 * 4 + 4, "latin1");
  root.writeUInt32BE(1, 8 + 256 * 4 + 9);
  return bytes;
}

/** A compound file as Windows writes its `Thumbs.db`, with these streams. */
export function compoundFile(streams: readonly string[]): Buffer {
  const bytes = Buffer.alloc(512 * 3, 0);
  Buffer.from("d0cf11e0a1b11ae1", "hex").copy(bytes);
  bytes.writeUInt16LE(0x3e, 24);
  bytes.writeUInt16LE(3, 26);
  bytes.writeUInt16LE(0xfffe, 28);
  bytes.writeUInt16LE(9, 30);
  bytes.writeUInt16LE(6, 32);
  bytes.writeUInt32LE(1, 44);
  // Sector 0 is the table of sectors, sector 1 the directory.
  bytes.writeUInt32LE(1, 48);
  bytes.fill(0xff, 76, 512);
  bytes.writeUInt32LE(0, 76);
  bytes.fill(0xff, 512, 1024);
  bytes.writeUInt32LE(0xffff_fffd, 512);
  bytes.writeUInt32LE(0xffff_fffe, 516);
  for (const [index, name] of ["Root Entry", ...streams].entries()) {
    const at = 1024 + index * 128;
    bytes.write(name, at, "utf16le");
    bytes.writeUInt16LE((name.length + 1) * 2, at + 64);
    bytes[at + 66] = index === 0 ? 5 : 2;
  }
  return bytes;
}

export const DESKTOP_INI = [
  "[.ShellClassInfo]",
  "LocalizedResourceName=@%SystemRoot%\\system32\\shell32.dll,-21770",
  "IconResource=%SystemRoot%\\system32\\imageres.dll,-112",
  "[ViewState]",
  "Mode=",
  "Vid=",
  "FolderType=Generic",
  "",
].join("\r\n");

export const NOTEBOOK = JSON.stringify({
  cells: [{ cell_type: "markdown", metadata: {}, source: ["# Notes"] }],
  metadata: { language_info: { name: "python" } },
  nbformat: 4,
  nbformat_minor: 5,
});

const COMMIT = "11c5a3d5811f50298f278a704980280950aedb10";
const ETAG = "a16a55fda99d2f2e7b69cce5cf93ff4ad3049930";

/** What huggingface_hub leaves behind after `hf download --local-dir`, for these files. */
export function hubRecords(files: readonly string[]): Record<string, string> {
  return Object.fromEntries([
    [".cache/huggingface/.gitignore", "*"],
    ...files.flatMap((name) => [
      [`.cache/huggingface/download/${name}.metadata`, `${COMMIT}\n${ETAG}\n1712656091.123\n`],
      [`.cache/huggingface/download/${name}.lock`, ""],
    ]),
  ]);
}

/** Everything on the list, as the tools write it. */
export function allToolFiles(): Record<string, string | Buffer> {
  return {
    ".DS_Store": finderStore(),
    "weights/.DS_Store": finderStore(),
    "Thumbs.db": compoundFile(["256_7dd8c4a1b2c3d4e5", "Catalog"]),
    "desktop.ini": DESKTOP_INI,
    ".ipynb_checkpoints/usage-checkpoint.ipynb": NOTEBOOK,
    ...hubRecords(["config.json", "weights/a.bin"]),
  };
}

/**
 * A repository in a Hugging Face cache, as `hf download` lays it out: blobs by their ETag, and links to them.
 *
 * @param files name to the ETag and content
 * @returns absolute path of the snapshot
 */
export function writeHubCache(
  hub: string,
  files: Readonly<Record<string, { readonly etag: string; readonly content: string }>>,
): string {
  const repository = join(hub, "models--acme--llama");
  const snapshot = join(repository, "snapshots", COMMIT);
  writeTree(repository, { "refs/main": COMMIT });
  for (const [name, { etag, content }] of Object.entries(files)) {
    writeTree(repository, { [`blobs/${etag}`]: content });
    const link = join(snapshot, name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(relative(dirname(link), join(repository, "blobs", etag)), link);
  }
  return snapshot;
}
