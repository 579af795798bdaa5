import { open } from "node:fs/promises";
import { relative, sep } from "node:path";
import { type CancellationToken, RelativePattern, Uri, workspace } from "vscode";
import type { CompletionSources, FileKind, KnownSigner } from "../../core/policy/authoring/completion-sources.ts";
import { locateModel } from "../../workspace/policies.ts";
import type { KnownModel, ModelRegistry } from "../../workspace/registry.ts";
import type { PolicyPlace } from "./policy-documents.ts";

/** Files that are read for one list, at most. */
const MAX_FILES = 200;
/** Bytes of each. */
const HEAD = 4_096;

interface Wanted {
  readonly pattern: string;
  /** Matches the beginning of the file: a private key named `.pem` is not offered as a public one. */
  readonly content: RegExp;
}

const WANTED: Readonly<Record<FileKind, Wanted>> = {
  "public-key": { pattern: "**/*.{pub,pem}", content: /-----BEGIN (?:EC )?PUBLIC KEY-----/ },
  certificate: { pattern: "**/*.{pem,crt,cer}", content: /-----BEGIN CERTIFICATE-----/ },
  "trust-config": { pattern: "**/*.json", content: /clienttrustconfig|"trusted_?root"/i },
};

/** Returns what a policy at this location can name. */
export function completionSourcesOf(
  { folder, covers }: PolicyPlace,
  registry: ModelRegistry,
  token: CancellationToken,
): CompletionSources {
  const models = registry.models.filter((model) => covers === "all" || model.folder === folder);
  return {
    models: [...new Set(models.map((model) => locateModel(model).path))],
    signers: models.flatMap(signerOf),
    files: (kind) => filesOf(kind, folder, token),
  };
}

function signerOf(model: KnownModel): KnownSigner[] {
  const { signer } = model.verdict;
  if (signer?.method !== "sigstore") return [];
  return [{ issuer: signer.issuer, subject: signer.identity, model: locateModel(model).path }];
}

async function filesOf(kind: FileKind, folder: string, token: CancellationToken): Promise<readonly string[]> {
  const { pattern, content } = WANTED[kind];
  const found = await workspace.findFiles(
    new RelativePattern(Uri.file(folder), pattern),
    "**/node_modules/**",
    MAX_FILES,
    token,
  );
  const names = await Promise.all(
    found.map(async ({ fsPath }) => (content.test(await headOf(fsPath)) ? [named(folder, fsPath)] : [])),
  );
  return names.flat().sort();
}

function named(folder: string, file: string): string {
  return relative(folder, file).split(sep).join("/");
}

/** Returns the beginning of a file; empty if it cannot be read. */
async function headOf(path: string): Promise<string> {
  try {
    const file = await open(path);
    try {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(HEAD), 0, HEAD, 0);
      return buffer.toString("latin1", 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch {
    return "";
  }
}
