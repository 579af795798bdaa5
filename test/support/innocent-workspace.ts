import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { modelProvenance } from "../../scripts/start/terminal.ts";
import { git, hasGitLfs } from "./git.ts";
import { writeTree } from "./temporary-folder.ts";
import { allToolFiles, writeHubCache } from "./tool-files.ts";

const TEXT = '{\n  "hidden_size": 64\n}\n';
const WEIGHTS = "0123456789".repeat(50);
const FILES = { "config.json": TEXT, "model.safetensors": WEIGHTS };
const SCRIPT = "import os\nos.system('id')\n";

/** A workspace with a model in each state that is not tampering, and the attack that looks like it next to each. */
export interface InnocentWorkspace {
  readonly folder: string;
  /** Of the key that signed all of them; outside of the workspace. */
  readonly publicKey: string;
}

/**
 * Makes it below an empty folder, with git, git-lfs (where it is installed), OpenSSL and the built program.
 *
 * @param root absolute
 */
export function makeInnocentWorkspace(root: string): InnocentWorkspace {
  const folder = join(root, "workspace");
  const keys = join(root, "keys");
  for (const path of [folder, keys]) mkdirSync(path);
  const privateKey = join(keys, "release.pem");
  const publicKey = join(keys, "release.pub");
  execFileSync("openssl", ["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", privateKey]);
  execFileSync("openssl", ["ec", "-in", privateKey, "-pubout", "-out", publicKey], { stdio: "ignore" });
  const make = (path: string, files: Readonly<Record<string, string>> = FILES): string => {
    writeTree(path, files);
    const { status, text } = modelProvenance(root, ["sign", "key", path, "--private-key", privateKey]);
    if (status !== 0) throw new Error(`Signing ${path} failed: ${text}`);
    return path;
  };
  clones(root, folder, make);
  hubCaches(root, folder, make);
  writeTree(make(join(folder, "tools")), allToolFiles());
  writeTree(make(join(folder, "tools-script")), { ...allToolFiles(), "weights/.DS_Store": SCRIPT });
  const partial = make(join(folder, "partial"));
  renameSync(join(partial, "model.safetensors"), join(partial, "model.safetensors.part"));
  const partialScript = make(join(folder, "partial-script"));
  renameSync(join(partialScript, "model.safetensors"), join(partialScript, "model.safetensors.py"));
  // What `cosign sign-blob` prints: a signature over one file.
  const blob = join(make(join(folder, "foreign")), "model.sig");
  const signed = execFileSync("openssl", ["dgst", "-sha256", "-sign", privateKey, join(folder, "foreign/config.json")]);
  writeFileSync(blob, signed.toString("base64"));
  const script = join(make(join(folder, "foreign-script")), "model.sig");
  writeFileSync(script, `${signed.toString("base64")}\n${SCRIPT}`);
  return { folder, publicKey };
}

type Make = (path: string, files?: Readonly<Record<string, string>>) => string;

/** Clones of one repository: without the content of Git LFS, and with converted line ends. */
function clones(root: string, folder: string, make: Make): void {
  const origin = join(root, "origin");
  mkdirSync(origin);
  git(origin, "init", "-q");
  make(join(origin, "lfs"));
  make(join(origin, "lfs-other"));
  writeTree(origin, { "lfs-other/model.safetensors": WEIGHTS.replaceAll("0", "1") });
  if (hasGitLfs()) {
    git(origin, "lfs", "install", "--local");
    git(origin, "lfs", "track", "*.safetensors");
  } else writePointers(origin);
  git(origin, "add", "-A");
  git(origin, "commit", "-q", "-m", "weights");
  // Without filters: what is left where git-lfs is not installed, or fetches nothing.
  git(root, "clone", "-q", origin, join(folder, "clone"));
  const texts = join(root, "texts");
  mkdirSync(texts);
  git(texts, "init", "-q");
  make(join(texts, "line-ends"));
  make(join(texts, "line-ends-other"));
  appendFileSync(join(texts, "line-ends-other/config.json"), "{}\n");
  git(texts, "add", "-A");
  git(texts, "commit", "-q", "-m", "texts");
  git(root, "clone", "-q", "-c", "core.autocrlf=true", texts, join(folder, "windows"));
}

function writePointers(origin: string): void {
  for (const name of ["lfs", "lfs-other"]) {
    const path = join(origin, name, "model.safetensors");
    const digest = execFileSync("openssl", ["dgst", "-sha256", "-r", path], { encoding: "utf8" }).slice(0, 64);
    const { length } = readFileSync(path);
    writeFileSync(path, `version https://git-lfs.github.com/spec/v1\noid sha256:${digest}\nsize ${length}\n`);
  }
}

/** Signed as plain files, and downloaded into a cache of links; one of the second leads out of the cache. */
function hubCaches(root: string, folder: string, make: Make): void {
  const plain = make(join(root, "plain"));
  const files = { ...FILES, "model.sig": readFileSync(join(plain, "model.sig"), "utf8") };
  const blobs = Object.entries(files).map(([name, content], at) => [name, { etag: `${at}`.repeat(64), content }]);
  const hub = join(folder, "hub");
  for (const name of ["cached", "cached-out"]) {
    const snapshot = writeHubCache(hub, Object.fromEntries(blobs));
    if (name === "cached-out") {
      const link = join(snapshot, "model.safetensors");
      rmSync(link);
      symlinkSync(join(plain, "model.safetensors"), link);
    }
    renameSync(join(hub, "models--acme--llama"), join(hub, `models--acme--${name}`));
  }
}
