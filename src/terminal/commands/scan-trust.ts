import { relative, resolve, sep } from "node:path";
import { findModels } from "../../core/model/find-models.ts";
import type { Trust } from "../../core/trust.ts";
import type { Verdict } from "../../core/verdict.ts";
import { digestCacheFolder } from "../cache-folder.ts";
import { reportScan, type ScanFormat, type ScanHooks } from "../scan-report.ts";
import { type ScannedModel, unableVerdict } from "../scanned-model.ts";
import type { Terminal } from "../terminal.ts";

export interface TrustScanRequest {
  readonly folder: string;
  readonly trust: Trust;
  readonly format: ScanFormat;
}

/** Verifies all models below a folder against the same keys and roots. Exit status 1 if any of them is not verified. */
export function scanByTrust({ folder, trust, format }: TrustScanRequest, terminal: Terminal): Promise<number> {
  const root = resolve(folder);
  return reportScan({ folder, format, root, scan: (hooks) => scan(root, trust, hooks, terminal) }, terminal);
}

async function scan(root: string, trust: Trust, hooks: ScanHooks, terminal: Terminal): Promise<ScannedModel[]> {
  const { signal } = terminal.interruption;
  const { verify } = await import("../../core/verify.ts");
  const models = await findModels(root, {
    signal,
    onLimit: (limit) => terminal.log.warning(`Only the first ${limit} entries of ${root} were looked at.`),
  });
  const scanned: ScannedModel[] = [];
  for (const { path, kind, signature } of models) {
    const name = relative(root, path).replaceAll(sep, "/") || ".";
    const options = { model: path, trust, cache: digestCacheFolder(), signal, onProgress: hooks.onProgress };
    const verdict: Verdict =
      signature === undefined
        ? { state: "unsigned", model: path, reasons: [] }
        : await verify({ ...options, signature }).catch((error: unknown) => unableVerdict(path, error));
    const model = { path, name, kind, verdict, passed: verdict.state === "verified" };
    scanned.push(model);
    hooks.onModel(model);
  }
  return scanned;
}
