import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { COMMITS } from "./hub-files.ts";
import { type SmallHub, startSmallHub } from "./hub-server.ts";
import { readTree, type TreeFixture } from "./tree-fixture.ts";

const run = promisify(execFile);

/** The client that the fixtures were made with. */
export const HUB_CLIENT = "huggingface_hub==2.4.0";

interface Download {
  /** Python, after the import of `huggingface_hub as h`; `LOCAL` is a folder. */
  readonly code: string;
  /** The folder that is kept: the cache, or the one that was downloaded into. */
  readonly keeps: "cache" | "local";
  readonly interrupted?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * What the client does with each blob after a download over Xet, which needs a server of its own: it moves the file to the
 * store that all repositories share. Xet hashes are other hashes than SHA-256; any do here.
 */
const SHARE = `
import glob, hashlib
from huggingface_hub.utils import _shared_blobs as shared
cache = os.environ["HF_HUB_CACHE"]
for blob in glob.glob(cache + "/*/blobs/*"):
    if len(os.path.basename(blob)) == 64:
        xet = hashlib.sha256(blob[len(cache):].encode()).hexdigest()
        assert shared.publish_blob_to_shared_store(
            blob_path=blob, xet_hash=xet, cache_dir=cache, expected_size=os.path.getsize(blob))
`;

const DOWNLOADS: Readonly<Record<string, Download>> = {
  "cache-full": { code: 'h.snapshot_download("acme/tiny")', keeps: "cache" },
  "cache-patterns": {
    code: 'h.snapshot_download("acme/tiny", allow_patterns=["*.json", "*.safetensors"])',
    keeps: "cache",
  },
  "cache-one-file": {
    code: 'h.hf_hub_download("acme/tiny", "model.safetensors"); h.hf_hub_download("acme/tiny", "config.json")',
    keeps: "cache",
  },
  "cache-copies": { code: 'h.snapshot_download("acme/tiny")', keeps: "cache", env: { HF_HUB_DISABLE_SYMLINKS: "1" } },
  "cache-interrupted": {
    code: 'h.snapshot_download("acme/tiny", max_workers=1)',
    keeps: "cache",
    interrupted: "onnx/model.onnx",
  },
  "cache-two-revisions": {
    code: `h.snapshot_download("acme/tiny"); h.snapshot_download("acme/tiny", revision="${COMMITS.second}")`,
    keeps: "cache",
  },
  "cache-shared": { code: `h.snapshot_download("acme/tiny")${SHARE}`, keeps: "cache" },
  "cache-kernel": { code: 'h.snapshot_download("acme/tiny", repo_type="kernel")', keeps: "cache" },
  "folder-full": { code: 'h.snapshot_download("acme/tiny", local_dir=LOCAL)', keeps: "local" },
  "folder-patterns": {
    code: 'h.snapshot_download("acme/tiny", local_dir=LOCAL, allow_patterns=["*.json"])',
    keeps: "local",
  },
  "folder-one-file": { code: 'h.hf_hub_download("acme/tiny", "model.safetensors", local_dir=LOCAL)', keeps: "local" },
};

/** Why no real download can be made here, if none can. */
export function noHubClient(folder: string): string | undefined {
  try {
    if (!existsSync(join(folder, "bin"))) execFileSync("python3", ["-m", "venv", folder], { stdio: "pipe" });
    execFileSync(join(folder, "bin/pip"), ["install", "--quiet", HUB_CLIENT], { stdio: "pipe" });
    return undefined;
  } catch (error) {
    return `needs Python and ${HUB_CLIENT}: ${error instanceof Error ? error.message.split("\n")[0] : error}`;
  }
}

/**
 * Downloads with the real client from a small Hub on loopback.
 *
 * @param client folder of a virtual environment, see {@link noHubClient}
 * @param work empty folder
 */
export async function realDownloads(client: string, work: string): Promise<Map<string, TreeFixture>> {
  const hub = await startSmallHub();
  try {
    const made = new Map<string, TreeFixture>();
    for (const [name, download] of Object.entries(DOWNLOADS))
      made.set(name, await make(client, join(work, name), download, hub));
    return made;
  } finally {
    await hub.stop();
  }
}

async function make(client: string, work: string, download: Download, hub: SmallHub): Promise<TreeFixture> {
  const folders = { cache: join(work, "cache"), local: join(work, "local") };
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true });
  hub.interrupted = download.interrupted;
  const program = `import os, huggingface_hub as h\nLOCAL = os.environ["LOCAL"]\n${download.code}\n`;
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: work,
    HF_HOME: work,
    HF_ENDPOINT: hub.url,
    HF_HUB_CACHE: folders.cache,
    HF_HUB_DISABLE_XET: "1",
    HF_HUB_DISABLE_TELEMETRY: "1",
    LOCAL: folders.local,
    ...download.env,
  };
  const ended = await run(join(client, "bin/python"), ["-c", program], { env, timeout: 120_000 }).then(
    () => undefined,
    (error: unknown) => error,
  );
  if ((ended === undefined) !== (download.interrupted === undefined))
    throw ended ?? new Error("The download was not interrupted.");
  return readTree(folders[download.keeps]);
}
