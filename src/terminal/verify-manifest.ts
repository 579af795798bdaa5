import { basename, relative, resolve } from "node:path";
import { type ManifestVerification, verifyManifest } from "../core/verify-manifest.ts";
import { EXIT } from "./command.ts";
import { manifestJson } from "./json-report.ts";
import { comparisonFields, field, type ReportOptions, verdictReport } from "./report.ts";
import type { Terminal } from "./terminal.ts";
import type { Line } from "./text.ts";
import type { VerifyRequest } from "./verify-model.ts";

interface ManifestRequest extends Pick<VerifyRequest, "model" | "trust"> {
  readonly signature: string | readonly string[];
  readonly manifest: string;
  readonly json: boolean;
}

/** The one result of `verify --manifest` that is a yes, and about the manifest only. */
const MATCHES = "The signature matches this manifest; files were not read here.";
const DIFFERS = "The signature does not match this manifest; files were not read here.";

/**
 * Verifies a signature, compares what it signs with a manifest, and reports that.
 *
 * @returns the exit status: never that of a verified model
 */
export async function verifyWithManifest(
  request: ManifestRequest,
  options: ReportOptions,
  { cwd, out }: Terminal,
): Promise<number> {
  const { model, manifest, json } = request;
  const result = await verifyManifest(request);
  if (json) out.json(manifestJson(resolve(manifest), result));
  else out.print(...manifestReport(result, basename(resolve(model)), relative(cwd, resolve(manifest)), options));
  return result.matches ? EXIT.manifestOnly : EXIT.failed;
}

function manifestReport(
  { verdict, comparison, matches }: ManifestVerification,
  name: string,
  manifest: string,
  options: ReportOptions,
): Line[] {
  const lines = verdictReport(verdict, { name, accepted: "", ...options });
  if (comparison === undefined) return lines;
  const last: Line = matches
    ? [{ text: `○ ${name}: ${MATCHES}`, style: "bold" }]
    : [{ text: `✗ ${name}: ${verdict.reasons[0]?.message ?? DIFFERS}`, style: "red" }];
  return [...lines.slice(0, -1), ...field("manifest", [manifest]), ...comparisonFields(comparison, options), last];
}
