import { resolve } from "node:path";
import type { PartNumber } from "../../core/manifest/part-number.ts";
import { namedPolicies } from "../policy-options.ts";
import { scanWithPolicies } from "../policy-scan.ts";
import { publicSigstoreOf } from "../public-sigstore.ts";
import { reportScan, type ScanFormat, type ScanHooks } from "../scan-report.ts";
import type { Terminal } from "../terminal.ts";

export interface PolicyScanRequest {
  readonly folder: string;
  readonly policyPaths: readonly string[];
  readonly root: string | undefined;
  readonly offline: boolean;
  readonly format: ScanFormat;
  readonly allowEmpty: boolean;
  readonly part: PartNumber | undefined;
}

/**
 * Verifies all models below a folder as policies want it. Exit status 1 if any of them is refused, or something that a
 * policy demands signed is not, or could not be looked at.
 */
export async function scanByPolicy(request: PolicyScanRequest, terminal: Terminal): Promise<number> {
  const folder = resolve(request.folder);
  const chosen = await namedPolicies(request.policyPaths, folder, request.root, terminal);
  const publicSigstore = publicSigstoreOf(terminal, request.offline);
  const { allowEmpty, part } = request;
  const scan = (hooks: ScanHooks) =>
    scanWithPolicies({ folder, chosen, publicSigstore, allowEmpty, part, ...hooks }, terminal);
  return reportScan({ folder, format: request.format, root: chosen.root, part, scan }, terminal);
}
