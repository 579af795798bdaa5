import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { pathToFileURL } from "node:url";
import { digest } from "../core/digest.ts";
import type { PolicyFile } from "../core/policy/read-policies.ts";
import type { Verdict } from "../core/verdict.ts";
import { VERSION } from "./version.ts";

/** https://slsa.dev/spec/v1.0/verification_summary */
const PREDICATE_TYPE = "https://slsa.dev/verification_summary/v1";

/**
 * A SLSA Verification Summary of a verdict with policies: an in-toto statement, not signed. Its subject is the root digest
 * of the model as it is: what was signed, if the files are that; otherwise they are read once more.
 *
 * @param path the model's, as the policies see it
 * @throws ProvenanceError as {@link digest}, where a model that failed cannot be digested
 */
export async function verificationSummary(
  verdict: Verdict,
  policies: readonly PolicyFile[],
  path: string,
  signal?: AbortSignal,
): Promise<Record<string, unknown>> {
  const passed = verdict.state === "verified";
  const { signature } = verdict;
  const asSigned = verdict.comparison?.matches === true ? verdict.rootDigest : undefined;
  const sha256 = asSigned ?? (await digestAsFound(verdict, signal));
  const input = signature === undefined ? undefined : await readFile(signature).catch(() => undefined);
  const [policy] = policies;
  return {
    _type: "https://in-toto.io/Statement/v1",
    subject: [{ name: basename(verdict.model), digest: { sha256 } }],
    predicateType: PREDICATE_TYPE,
    predicate: {
      verifier: { id: "urn:model-provenance:cli", version: { "model-provenance": VERSION } },
      timeVerified: verdict.checkedAt ?? new Date().toISOString(),
      resourceUri: encodeURI(path),
      policy: {
        uri:
          policies.length === 1 && policy !== undefined
            ? pathToFileURL(policy.path).href
            : "urn:model-provenance:policies",
        digest: { sha256: policyDigest(policies) },
      },
      ...(input !== undefined &&
        signature !== undefined && {
          inputAttestations: [{ uri: pathToFileURL(signature).href, digest: { sha256: hex(input) } }],
        }),
      verificationResult: passed ? "PASSED" : "FAILED",
      verifiedLevels: [passed ? "OMS_SIGNED" : "FAILED"],
      slsaVersion: "1.0",
    },
  };
}

async function digestAsFound({ model, signature }: Verdict, signal: AbortSignal | undefined): Promise<string> {
  const options = { model, ...(signature !== undefined && { signature }), ...(signal && { signal }) };
  return (await digest(options)).rootDigest;
}

/** Of the file; of several, of their digests in hex, a line each, in the order given. */
function policyDigest(policies: readonly PolicyFile[]): string {
  const [only] = policies;
  if (policies.length === 1 && only !== undefined) return only.sha256;
  return hex(Buffer.from(policies.map(({ sha256 }) => `${sha256}\n`).join("")));
}

function hex(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
