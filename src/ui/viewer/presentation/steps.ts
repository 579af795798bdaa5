import { type ErrorCode, errorKind } from "../../../core/errors.ts";
import { isOnlyToolFiles, isOnlyUndownloaded } from "../../../core/manifest/innocent-differences.ts";
import { bytesText, durationText } from "../../../core/presentation/bytes-and-time.ts";
import { differencesText, ignoredNames } from "../../../core/presentation/coverage-text.ts";
import type { Localizer } from "../../../core/presentation/localizer.ts";
import { signerPhrase } from "../../../core/presentation/signer-text.ts";
import type { Reason, Verdict } from "../../../core/verdict.ts";
import type { SignatureSummary } from "../../../engine/signature-view/requests.ts";
import { plainText } from "../../../platform/plain-text.ts";
import type { Fact, Step, StepStatus } from "../messages.ts";
import type { Links } from "./links.ts";
import { policyStep } from "./policy-step.ts";
import { claimFacts, signerFacts } from "./signer-facts.ts";
import { currentVerdict, isAuthentic, isCompared, type Subject } from "./subject.ts";

type StepResult = Pick<Step, "status" | "result" | "line">;

/** Files left out that are named. */
const NAMED = 20;

/** The four steps of a check, in their order, each with its own result. */
export function stepsOf(subject: Subject, links: Links, localizer: Localizer): Step[] {
  const { t } = localizer;
  const { summary } = subject;
  const verdict = currentVerdict(subject);
  const authentic = isAuthentic(verdict) ? verdict : undefined;
  const keyless = (authentic?.signer.method ?? summary.method) === "sigstore";
  const claims = authentic === undefined ? claimFacts(summary, localizer) : [];
  return [
    {
      id: "signature",
      title: t("Signature"),
      ...signatureStep(subject, verdict, localizer),
      ...sided(authentic !== undefined, fileFacts(summary, localizer)),
    },
    {
      id: "identity",
      title: keyless ? t("Identity and log") : t("Identity"),
      ...identityStep(subject, verdict, localizer),
      facts: authentic === undefined ? [] : signerFacts(authentic.signer, links, localizer),
      claims,
    },
    {
      id: "files",
      title: t("Files"),
      ...filesStep(subject, verdict, localizer),
      facts: verdict === undefined ? [] : coverageFacts(verdict, localizer),
      claims: authentic === undefined ? statementFacts(summary, localizer) : [],
    },
    {
      id: "policy",
      title: t("Policy"),
      ...policyOrMoving(verdict, links, localizer),
      claims: [],
    },
  ];
}

function policyOrMoving(
  verdict: Verdict | undefined,
  links: Links,
  localizer: Localizer,
): Omit<Step, "id" | "title" | "claims"> {
  const result = moving(verdict, localizer);
  return result === undefined ? policyStep(verdict, links, localizer) : { ...result, facts: [] };
}

/** The same facts, as verified or as what the file claims. */
function sided(verified: boolean, facts: Fact[]): Pick<Step, "facts" | "claims"> {
  return verified ? { facts, claims: [] } : { facts: [], claims: facts };
}

/** A check that runs, or one that is outdated, is the same in every step. */
function moving(verdict: Verdict | undefined, localizer: Localizer): StepResult | undefined {
  const { t } = localizer;
  if (verdict?.state === "checking") {
    return {
      status: "running",
      result: t("Being checked…"),
      line: t("This takes as long as reading the files."),
    };
  }
  if (verdict?.state === "stale") {
    const when = verdict.checkedAt === undefined ? "" : localizer.moment(verdict.checkedAt);
    const line = when === "" ? t("Verify again.") : t("Last checked {0}. Verify again.", when);
    return { status: "open", result: t("Outdated"), line };
  }
  return undefined;
}

const OPEN = (localizer: Localizer, line: string, result = localizer.t("Not checked")): StepResult => ({
  status: "open",
  result,
  line,
});

/** What stopped the check before it knew a signer. What policies say of that is no reason of its own. */
function obstacle(verdict: Verdict | undefined): Reason | undefined {
  return verdict?.reasons.find(({ code }) => !code.startsWith("POLICY_"));
}

/** Found after the signature was verified against the certificate that the file carries. */
const AFTER_SIGNATURE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "CERTIFICATE_EXPIRED",
  "CERTIFICATE_NOT_YET_VALID",
  "CERTIFICATE_UNTRUSTED_ROOT",
  "CERTIFICATE_NO_ROOTS",
  "CERTIFICATE_PATH_INVALID",
]);

/** Whether the obstacle is about who signed, and not about the signature. */
function isAboutIdentity(code: ErrorCode): boolean {
  if (code === "CERTIFICATE_MALFORMED" || code === "CERTIFICATE_KEY_UNSUPPORTED") return false;
  return code.startsWith("CERTIFICATE_") || code.startsWith("SIGSTORE_") || code.startsWith("TRUST_ROOT_");
}

function signatureStep({ summary }: Subject, verdict: Verdict | undefined, localizer: Localizer): StepResult {
  const { t } = localizer;
  const result = moving(verdict, localizer);
  if (result !== undefined) return result;
  if (isAuthentic(verdict)) {
    const line = t("The list of files below is not altered since it was signed.");
    return { status: "passed", result: t("Genuine"), line };
  }
  const reason = obstacle(verdict);
  if (reason !== undefined && isAboutIdentity(reason.code)) {
    return AFTER_SIGNATURE.has(reason.code)
      ? OPEN(
          localizer,
          t(
            "The signature verifies against the certificate in the file. Whose certificate that is, is not established.",
          ),
          t("Verifies"),
        )
      : OPEN(localizer, t("The signer is not established, so the signature proves nothing yet."));
  }
  if (reason !== undefined) return failed(reason, t("Not valid"), localizer);
  if (summary.problem !== undefined) return failed(summary.problem, t("Cannot be read"), localizer);
  return OPEN(localizer, t("Anyone can write such a file. Verify the model to find out whether it is genuine."));
}

function identityStep({ summary }: Subject, verdict: Verdict | undefined, localizer: Localizer): StepResult {
  const { t } = localizer;
  const result = moving(verdict, localizer);
  if (result !== undefined) return result;
  if (isAuthentic(verdict)) return { status: "passed", result: t("Established"), line: whoLine(verdict, localizer) };
  const reason = obstacle(verdict);
  if (reason !== undefined && isAboutIdentity(reason.code)) return failed(reason, t("Not established"), localizer);
  if (summary.claimedSigner !== undefined && summary.problem === undefined) {
    return OPEN(
      localizer,
      t("The file names {0} as its signer. Anyone can write that.", plainText(summary.claimedSigner)),
    );
  }
  return OPEN(localizer, t("Comes after the signature."));
}

function whoLine({ signer }: Verdict & Required<Pick<Verdict, "signer">>, localizer: Localizer): string {
  const { t } = localizer;
  const who = plainText(signerPhrase(signer, t));
  switch (signer.method) {
    case "key":
      return t("Signed with {0}. Anyone who has its private key can sign.", who);
    case "certificate":
      return t("{0}, according to a certificate issued by {1}.", who, plainText(signer.issuer));
    case "sigstore": {
      const issuer = plainText(signer.issuer);
      const log = plainText(signer.log.url.replace(/^https?:\/\//, ""));
      const logged = t("The signature is in the log {0}, where it cannot be hidden or removed.", log);
      const signed =
        signer.identityType === "uri"
          ? t("Signed by {0}, identified by {1}.", who, issuer)
          : t("Signed by {0}, who logged in at {1}.", who, issuer);
      return `${signed} ${logged}`;
    }
  }
}

function filesStep(subject: Subject, verdict: Verdict | undefined, localizer: Localizer): StepResult {
  const { t } = localizer;
  if (verdict?.state === "checking") return { ...progressLine(subject, localizer), status: "running" };
  const result = moving(verdict, localizer);
  if (result !== undefined) return result;
  if (!isCompared(verdict)) {
    return OPEN(
      localizer,
      isAuthentic(verdict)
        ? t("No file was read yet.")
        : t("Files are compared only with a list whose signature is genuine."),
    );
  }
  const { comparison, coverage } = verdict;
  const count = coverage?.files ?? 0;
  const unsigned = coverage?.unsigned.length ?? 0;
  const read = verdict.reading === "cached" ? t("Some digests come from an earlier check.") : t("Every byte was read.");
  if (!comparison.matches) {
    const line = t("{0}: listed first below.", differencesText(comparison, t));
    if (isOnlyUndownloaded(comparison)) return OPEN(localizer, line, t("Not downloaded"));
    if (isOnlyToolFiles(comparison)) return { status: "warned", result: t("Unchanged"), line };
    return { status: "failed", result: t("Changed"), line };
  }
  const same =
    count === 1 ? t("The one signed file is as it was signed.") : t("All {0} files are as they were signed.", count);
  const notes = [
    ...(unsigned > 0 ? [t("{0} more are not signed; a policy allows that.", unsigned)] : []),
    ...(coverage?.hidden === undefined
      ? []
      : [t("What is left out by default includes files that are not git's own.")]),
  ];
  if (notes.length > 0) {
    return { status: "warned", result: t("Unchanged"), line: [same, ...notes, read].join(" ") };
  }
  return { status: "passed", result: t("Unchanged"), line: `${same} ${read}` };
}

function progressLine({ model }: Subject, { t }: Localizer): Pick<StepResult, "result" | "line"> {
  const { bytesDone = 0, bytesTotal = 0 } = model?.progress ?? {};
  const result = bytesTotal === 0 ? t("Being checked…") : t("{0} %", Math.floor((bytesDone / bytesTotal) * 100));
  const line = t("{0} of {1} read.", bytesText(bytesDone), bytesText(bytesTotal));
  return { result, line: bytesTotal === 0 ? t("This takes as long as reading the files.") : line };
}

function failed({ code, message }: Pick<Reason, "code" | "message">, result: string, { t }: Localizer): StepResult {
  const line = plainText(message);
  const status: StepStatus = errorKind(code) === "invalid" ? "failed" : "open";
  return { status, result: status === "failed" ? result : t("Can't be verified here"), line };
}

function fileFacts({ bytes, mediaType, method, statement }: SignatureSummary, localizer: Localizer): Fact[] {
  const { t } = localizer;
  const methods = {
    key: t("a key"),
    certificate: t("a certificate"),
    sigstore: t("a login or an automatic build (Sigstore)"),
  };
  return [
    ...(method === undefined ? [] : [{ label: t("Signed with"), value: methods[method] }]),
    ...(statement === undefined ? [] : [{ label: t("Root digest"), value: statement.rootDigest, code: true }]),
    ...(statement?.legacy ? [{ label: t("Layout"), value: t("the old one of version 0.2") }] : []),
    ...(mediaType === undefined ? [] : [{ label: t("Format"), value: plainText(mediaType), code: true }]),
    ...(bytes === 0 ? [] : [{ label: t("Size of this file"), value: bytesText(bytes) }]),
  ];
}

function statementFacts({ statement }: SignatureSummary, { t }: Localizer): Fact[] {
  if (statement === undefined) return [];
  const { files, algorithm, ignorePaths, ignorePathCount } = statement;
  return [
    { label: t("Files listed"), value: String(files) },
    { label: t("Digests"), value: algorithm, code: true },
    ...(ignorePathCount === 0
      ? []
      : [{ label: t("Left out by the signer"), value: named(ignorePaths, ignorePathCount) }]),
  ];
}

function coverageFacts(verdict: Verdict, localizer: Localizer): Fact[] {
  const { t } = localizer;
  const { coverage, checkedAt } = verdict;
  if (coverage === undefined || !isCompared(verdict)) return [];
  const left = ignoredNames(coverage);
  const shards = coverage.shardSize === undefined ? "" : `, ${t("in pieces of {0}", bytesText(coverage.shardSize))}`;
  return [
    { label: t("Signed"), value: t("{0} files, {1}", coverage.files, bytesText(coverage.bytes)) },
    {
      label: t("Read"),
      value: t("{0} in {1}", bytesText(coverage.bytesRead), durationText(coverage.seconds)),
    },
    ...(coverage.bytesFromCache === 0
      ? []
      : [{ label: t("From earlier checks"), value: bytesText(coverage.bytesFromCache) }]),
    { label: t("Digests"), value: `${coverage.algorithm}${shards}`, code: true },
    ...(coverage.symlinksAllowed ? [{ label: t("Links"), value: t("the signer had symbolic links followed") }] : []),
    ...(left.length === 0 ? [] : [{ label: t("Not covered"), value: named(left, left.length) }]),
    ...(coverage.hidden === undefined
      ? []
      : [{ label: t("Of these, not git's own"), value: named(coverage.hidden.names, coverage.hidden.count) }]),
    ...(checkedAt === undefined ? [] : [{ label: t("Checked"), value: localizer.moment(checkedAt) }]),
  ];
}

function named(names: readonly string[], count: number): string {
  const shown = names.slice(0, NAMED).map(plainText).join(", ");
  return count > NAMED ? `${shown}, … (${count})` : shown;
}
