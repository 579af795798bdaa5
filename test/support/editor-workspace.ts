import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { SAMPLES } from "../../scripts/samples/models.ts";
import type { FileHasher } from "../../src/core/hashing/with-hash-pool.ts";
import { sign } from "../../src/core/operations/sign/sign.ts";
import { makeKeys, privatePem } from "./keys.ts";
import { writeTree } from "./temporary-folder.ts";
import type { Server } from "./vscode-server.ts";

/** Paths of a workspace that has a model in most verdicts, and of keys that lie outside it. */
export interface EditorWorkspace {
  readonly folder: string;
  /** Signed with `trustedKey`. */
  readonly verified: string;
  /** Signed with a key that is not trusted. */
  readonly foreign: string;
  /** Signed with `trustedKey`; a byte of the signature was changed afterwards. */
  readonly damaged: string;
  /** A single file without a signature. */
  readonly unsigned: string;
  readonly trustedKey: string;
  readonly trustedPrivateKey: string;
  readonly foreignKey: string;
  /** Encrypted; belongs to `trustedKey`. */
  readonly encryptedPrivateKey: string;
  readonly passphrase: string;
}

/** Makes it below an empty folder: `workspace/models/…` and `keys/…`. */
export async function makeEditorWorkspace(root: string): Promise<EditorWorkspace> {
  const folder = join(root, "workspace");
  const models = join(folder, "models");
  const keys = join(root, "keys");
  mkdirSync(models, { recursive: true });
  mkdirSync(keys);
  for (const files of Object.values(SAMPLES)) writeTree(models, files());
  const [own, other] = [makeKeys("P-256"), makeKeys("P-384")];
  const passphrase = "correct horse";
  const write = (name: string, text: string): string => {
    const path = join(keys, name);
    writeFileSync(path, text);
    return path;
  };
  const workspace = {
    folder,
    verified: join(models, "tiny-llama"),
    foreign: join(models, "onnx"),
    damaged: join(models, "release-notes-skill"),
    unsigned: join(models, "gguf", "tiny-f32.gguf"),
    trustedKey: write("release.pub", own.publicPem),
    trustedPrivateKey: write("release.pem", own.privatePem),
    foreignKey: write("contractor.pub", other.publicPem),
    encryptedPrivateKey: write("release-encrypted.pem", privatePem(own, "pkcs8", passphrase)),
    passphrase,
  };
  await signWith(workspace.verified, own.privatePem);
  await signWith(workspace.foreign, other.privatePem);
  await signWith(workspace.damaged, own.privatePem);
  damageSignature(join(workspace.damaged, "model.sig"));
  return workspace;
}

/** Signs a folder as `model.sig` in it, replacing any signature. A pool is needed where no process can be started: in a bundle. */
export async function signWith(model: string, pem: string, pool?: FileHasher): Promise<string> {
  const identity = { method: "key", privateKey: { label: "test", pem } } as const;
  const signature = join(model, "model.sig");
  const replacing = { force: true, confirmReplacement: () => true };
  await sign({ model, signature, identity, ...replacing, ...(pool === undefined ? {} : { pool }) });
  return signature;
}

/** Changes the payload and leaves the rest: well formed, and not what was signed. */
export function damageSignature(path: string): void {
  const bundle = JSON.parse(readFileSync(path, "utf8"));
  const payload = Buffer.from(bundle.dsseEnvelope.payload, "base64").toString("utf8");
  bundle.dsseEnvelope.payload = Buffer.from(payload.replace('"name":"', '"name":"x')).toString("base64");
  writeFileSync(path, JSON.stringify(bundle));
}

/** Changes one byte and keeps the size. */
export function changeByte(path: string): void {
  const bytes = readFileSync(path);
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
  writeFileSync(path, bytes);
}

/** Changes the user's settings; for windows that are opened afterwards. */
export async function changeSettings(server: Server, settings: Readonly<Record<string, unknown>>): Promise<void> {
  const before = JSON.parse(await readFile(server.settingsFile, "utf8"));
  await writeFile(server.settingsFile, JSON.stringify({ ...before, ...settings }));
}

/** Has the user's settings accept the keys of these files; for windows that are opened afterwards. */
export async function trustKeys(server: Server, files: readonly string[]): Promise<void> {
  await changeSettings(server, { "modelProvenance.trustedKeys": files.map(pemEntry) });
}

/** A key or certificate as the settings hold it. */
export function pemEntry(file: string): { readonly label: string; readonly pem: string } {
  return { label: basename(file), pem: readFileSync(file, "utf8") };
}
