import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { verifyReport } from "../../core/operations/verify/verify-report.ts";
import type { PolicyFile } from "../../core/policy/read-policies.ts";
import type { Verdict } from "../../core/verdict.ts";
import type { OptionSpecs } from "../arguments.ts";
import { defineCommand, EXIT } from "../command.ts";
import { acceptingPolicies, decisionFields } from "../decision-report.ts";
import { POLICY_OPTIONS, REPORT_OPTIONS, reportFormat, reportOptions } from "../options.ts";
import { namedPolicies, pathBelow } from "../policy-options.ts";
import { withReading } from "../progress-line.ts";
import { recordedOrigin } from "../recorded-origin.ts";
import { verdictReport } from "../report.ts";
import { withActualSignature } from "../signature-elsewhere.ts";
import { publicSigstoreOf } from "../sigstore-instance.ts";
import { VERSION } from "../version.ts";

const FORMATS = ["text", "json", "vsa"] as const;

const OPTIONS = {
  ...POLICY_OPTIONS,
  "signature FILE":
    "The signature file. Default: the one that the policy names, or the one in the model's folder or next to it.",
  "format FORMAT": "text, json (as --json), or vsa: a SLSA Verification Summary as an in-toto statement.",
  ...REPORT_OPTIONS,
} satisfies OptionSpecs;

export const verifyWithPolicyFile = defineCommand({
  name: "verify",
  description: [
    "Verifies a model against policy files, which define who may sign.",
    "MODEL is a folder or a single file. Every byte is read. Exit status 0 means verified: the signature is authentic, every policy that covers the model accepts its signer, and the files are exactly what was signed; anything else is 1, exceptions and warnings too. To gate models in CI, see scan --policy.",
  ],
  options: OPTIONS,
  examples: ["model-provenance verify models/llama-3-8b --policy model-policy.yaml"],
  async run(model, args, terminal) {
    const { cwd, out, interruption } = terminal;
    const format = reportFormat(args, FORMATS);
    const { files, policies, root } = await namedPolicies(args.list("policy"), model, args.text("root"), terminal);
    const { verifyWithPolicy } = await import("../../core/operations/verify/verify-with-policy.ts");
    const signature = args.text("signature");
    const path = pathBelow(root, model);
    const found = await withReading(terminal, (reading) =>
      verifyWithPolicy({
        model,
        policies,
        workspaceTrusted: true,
        folder: root,
        path,
        publicSigstore: publicSigstoreOf(terminal, args.flag("offline") === true),
        ...reading,
        signature,
      }),
    );
    const verdict = await withActualSignature(found, signature, terminal);
    if (format === "vsa") out.json(await verificationSummary(verdict, files, path, interruption.signal));
    if (format === "json") out.json(verifyReport(verdict, await recordedOrigin(model, interruption.signal)));
    if (format === "text") {
      const long = args.flag("long") ?? false;
      const { decision } = verdict;
      const lines = verdictReport(verdict, {
        name: basename(resolve(model)),
        accepted: decision === undefined ? "" : acceptingPolicies(decision),
        ...reportOptions(args),
        ...(signature === undefined &&
          verdict.signature !== undefined && { signature: relative(cwd, verdict.signature) }),
      });
      const decisions = decision === undefined ? [] : decisionFields(decision, cwd, { all: long });
      out.print(...lines.slice(0, -1), ...decisions, ...lines.slice(-1));
    }
    return verdict.state === "verified" ? EXIT.done : EXIT.failed;
  },
});

/** https://slsa.dev/spec/v1.0/verification_summary */
const PREDICATE_TYPE = "https://slsa.dev/verification_summary/v1";

/**
 * A SLSA Verification Summary of a verdict with policies: an in-toto statement, not signed. Its subject is the root digest
 * of the model as it is: what was signed, if the files are that; otherwise they are read once more.
 *
 * @param path the model's, as the policies see it
 * @throws ProvenanceError as `digest`, where a model that failed cannot be digested
 */
async function verificationSummary(
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
  const { digest } = await import("../../core/operations/digest/digest.ts");
  return (await digest({ model, signature, signal })).rootDigest;
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
