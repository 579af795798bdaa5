import { resolve } from "node:path";
import { demandForAll } from "../../core/gate/demand.ts";
import { searchGate } from "../../core/gate/search-gate.ts";
import type { Trust } from "../../core/trust.ts";
import type { Verdict } from "../../core/verdict.ts";
import { digestCacheFolder } from "../cache-folder.ts";
import { pathBelow } from "../policy-options.ts";
import { reportScan, type ScanFormat, type ScanHooks, type ScanResult } from "../scan-report.ts";
import { recordedOrigin, type ScannedModel, unableVerdict } from "../scanned-model.ts";
import type { Terminal } from "../terminal.ts";

export interface TrustScanRequest {
  readonly folder: string;
  readonly trust: Trust;
  readonly format: ScanFormat;
  readonly allowEmpty: boolean;
}

/**
 * Verifies all models below a folder against the same keys and roots, and looks at everything there, as for a policy
 * with the pattern `**`. Exit status 1 if any of them is not verified, or something could not be looked at.
 */
export function scanByTrust(request: TrustScanRequest, terminal: Terminal): Promise<number> {
  const root = resolve(request.folder);
  const { format } = request;
  return reportScan({ folder: root, format, root, scan: (hooks) => scan(root, request, hooks, terminal) }, terminal);
}

async function scan(
  root: string,
  { trust, allowEmpty }: TrustScanRequest,
  hooks: ScanHooks,
  terminal: Terminal,
): Promise<ScanResult> {
  const { signal } = terminal.interruption;
  const { verify } = await import("../../core/verify.ts");
  const { models, ...search } = await searchGate({
    scanned: root,
    root,
    demands: [demandForAll("the keys and certificates given")],
    patterns: ["**"],
    covers: () => true,
    exemptPaths: new Set(),
    allowEmpty,
    signal,
    onProgress: hooks.onSearch,
  });
  const scanned: ScannedModel[] = [];
  for (const { path, kind, signature } of models) {
    const options = { model: path, trust, cache: digestCacheFolder(), signal, onProgress: hooks.onProgress };
    const verdict: Verdict =
      signature === undefined
        ? { state: "unsigned", model: path, reasons: [] }
        : await verify({ ...options, signature }).catch((error: unknown) => unableVerdict(path, error));
    const origin = verdict.state === "unsigned" ? await recordedOrigin(path, signal) : undefined;
    const name = pathBelow(root, path);
    const model = { path, name, kind, verdict, passed: verdict.state === "verified", ...(origin && { origin }) };
    scanned.push(model);
    hooks.onModel(model);
  }
  return { ...search, models: scanned };
}
