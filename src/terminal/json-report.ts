import type { ProvenanceError } from "../core/errors.ts";
import type { Resource } from "../core/manifest/manifest.ts";
import type { PartNumber } from "../core/manifest/part-number.ts";
import type { FoundModel, SignatureWithoutModel } from "../core/model/found-model.ts";
import type { ModelDigest } from "../core/operations/digest/digest.ts";
import type { DigestedPart } from "../core/operations/digest/digest-part.ts";
import type { Inspection } from "../core/operations/inspect.ts";
import type { SignResult } from "../core/operations/sign/sign.ts";
import type { ManifestVerification } from "../core/operations/verify/verify-manifest.ts";
import { REPORT_VERSION } from "../core/operations/verify/verify-report.ts";
import type { Origin, OriginReport } from "../core/origin/origin.ts";
import type { PolicyFile } from "../core/policy/read-policies.ts";
import { namesOf } from "../core/signing/replacement.ts";
import type { Verdict } from "../core/verdict.ts";
import type { ScanResult } from "./scan-report.ts";

/** What `--json` prints: one object, as `schemas/report.schema.json` has it. */
export type JsonReport = Readonly<Record<string, unknown>> & { readonly version: typeof REPORT_VERSION };

/** Fields that are undefined are absent in JSON. */
function report(command: string, fields: Readonly<Record<string, unknown>>): JsonReport {
  return { version: REPORT_VERSION, command, ...fields };
}

function resourceJson({ name, file, range, digest }: Resource): Record<string, unknown> {
  return { name, file, digest, range };
}

export function signJson(model: string, result: SignResult): JsonReport {
  const { signature, signer, rootDigest, coverage, replaced, warnings } = result;
  return report("sign", {
    model,
    signature,
    signer,
    rootDigest,
    coverage,
    ...(replaced !== undefined && {
      replaced: { claimedSigner: replaced.claimedSigner, verified: replaced.signer !== undefined, ...replaced.changes },
    }),
    warnings,
  });
}

/** @param output where the manifest of the model was written, if it was */
export function digestJson(model: string, digested: ModelDigest, output?: string): JsonReport {
  const { rootDigest, resources, coverage } = digested;
  const digest = `sha256:${rootDigest}`;
  return report("digest", { model, output, digest, resources: resources.map(resourceJson), coverage });
}

export function partJson(model: string, output: string, { manifest, kept, bytes, seconds }: DigestedPart): JsonReport {
  const files = new Set(manifest.files.map(({ name }) => name)).size;
  return report("digest", { model, output, part: manifest.part, kept, files, bytes, seconds });
}

/** `verified` is always false: no file was read. */
export function manifestJson(file: string, { verdict, comparison, matches }: ManifestVerification): JsonReport {
  const { changed = [], missing = [], added = [] } = comparison ?? {};
  const manifest = { file, matches, changed: namesOf(changed), missing: namesOf(missing), added: namesOf(added) };
  return report("verify", { verified: false, manifest, verdict });
}

/** `verified` is always false: `inspect` verifies nothing. */
export function inspectJson({ resources, ...inspection }: Inspection): JsonReport {
  return report("inspect", { verified: false, inspection: { ...inspection, resources: resources.map(resourceJson) } });
}

/** `origin` is absent where there is no record and no claim of a repository. */
export function originJson(model: string, { origin, pointers, claims }: OriginReport): JsonReport {
  return report("origin", { model, origin, pointers, claims });
}

/** What a scan found besides models. */
export interface ScanExtent {
  /** The part of the models that was scanned, if they were shared out. */
  readonly part: PartNumber | undefined;
  readonly strays: readonly SignatureWithoutModel[];
  /** By the path of the model, by name and size. */
  readonly origins: ReadonlyMap<string, Origin>;
}

export function scanJson(folder: string, models: readonly FoundModel[], extent: ScanExtent): JsonReport {
  const { part, strays, origins } = extent;
  return report("scan", {
    folder,
    part,
    models: models.map(({ path, kind, signatures: [signature, ...otherSignatures] }) => ({
      path,
      kind,
      state: signature === undefined ? "unsigned" : "unchecked",
      signature,
      origin: origins.get(path),
      otherSignatures: otherSignatures.length === 0 ? undefined : otherSignatures,
    })),
    ...(strays.length > 0 && { strays }),
  });
}

/** Whether every model may be used, and everything that a policy requires was verified. */
export function isPassed({ models, failures }: ScanResult): boolean {
  return [...models, ...failures].every(({ passed }) => passed);
}

/** Of a scan that verifies: a verdict a model, what else failed, and how far the search went. */
export function verifiedScanJson(folder: string, result: ScanResult, part: PartNumber | undefined): JsonReport {
  const { models, failures, searched } = result;
  return report("scan", {
    folder,
    part,
    passed: isPassed(result),
    models: models.map(({ path, kind, verdict, passed, origin }) => ({
      path,
      kind,
      state: verdict.state,
      passed,
      signature: verdict.signature,
      verdict,
      origin,
    })),
    failures,
    searched,
  });
}

/** What `policy check` found; the policies themselves are in the file. */
export function policyCheckJson({ path, sha256, policies, diagnostics }: PolicyFile): JsonReport {
  return report("policy check", {
    file: path,
    sha256,
    policies: policies.map(({ name, authorities }) => ({ name, authorities: authorities.length })),
    diagnostics,
  });
}

export function explainJson(verdict: Verdict, files: readonly string[]): JsonReport {
  return report("policy explain", { files, verdict });
}

export function errorJson(command: string, { code, kind, message, details }: ProvenanceError): JsonReport {
  return report(command, { error: { code, kind, message, details } });
}
