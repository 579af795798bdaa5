import { type ErrorCode, errorKind } from "../../../core/errors.ts";
import { isOnlyUndownloaded } from "../../../core/manifest/changed-files.ts";
import { isOnlyToolFiles } from "../../../core/manifest/innocent-differences.ts";
import { bytesText, durationText } from "../../../core/presentation/bytes-and-time.ts";
import { differencesText, ignoredNames } from "../../../core/presentation/coverage-text.ts";
import type { Localizer } from "../../../core/presentation/localizer.ts";
import { signerPhrase } from "../../../core/presentation/signer-text.ts";
import type { Reason, Verdict } from "../../../core/verdict.ts";
import { commonName } from "../../../core/verification/distinguished-name.ts";
import type { SignatureSummary } from "../../../engine/signature-view/requests.ts";
import type { Fact, Step } from "../messages.ts";
import type { Links } from "./links.ts";
import { policyStep } from "./policy-step.ts";
import { claimFacts, fact, signerFacts } from "./signer-facts.ts";
import { currentVerdict, isAuthentic, isCompared, type Subject } from "./subject.ts";

type StepResult = Pick<Step, "tone" | "result" | "line">;

/** Ignored files that are named, at most. */
const NAMED = 20;

/** Returns the four steps of a verification, in order, each with its result. */
export function stepsOf(subject: Subject, links: Links, localizer: Localizer): Step[] {
  const { t } = localizer;
  const { summary } = subject;
  const verdict = currentVerdict(subject);
  const authentic = isAuthentic(verdict) ? verdict : undefined;
  const keyless = (authentic?.signer.method ?? summary.method) === "sigstore";
  const pending = pendingResult(verdict, localizer);
  return [
    {
      id: "signature",
      title: t("Signature"),
      ...(pending ?? signatureStep(subject, verdict, localizer)),
      ...factsOrClaims(authentic !== undefined, fileFacts(summary, localizer)),
    },
    {
      id: "identity",
      title: keyless ? t("Identity and log") : t("Identity"),
      ...(pending ?? identityStep(subject, verdict, localizer)),
      facts: authentic === undefined ? [] : signerFacts(authentic.signer, links, localizer),
      claims: authentic === undefined ? claimFacts(summary, localizer) : [],
    },
    {
      id: "files",
      title: t("Files"),
      ...(pending ?? filesStep(verdict, localizer)),
      ...(verdict?.state === "checking" && progressLine(subject, localizer)),
      facts: verdict === undefined ? [] : coverageFacts(verdict, localizer),
      claims: authentic === undefined ? statementFacts(summary, localizer) : [],
    },
    {
      id: "policy",
      title: t("Policy"),
      ...(pending === undefined ? policyStep(verdict, links, localizer) : { ...pending, facts: [] }),
      claims: [],
    },
  ];
}

/** Returns the facts as verified facts or as claims. */
function factsOrClaims(verified: boolean, facts: Fact[]): Pick<Step, "facts" | "claims"> {
  return verified ? { facts, claims: [] } : { facts: [], claims: facts };
}

/** The result of every step while a verification runs or is outdated. */
function pendingResult(verdict: Verdict | undefined, localizer: Localizer): StepResult | undefined {
  const { t } = localizer;
  if (verdict?.state === "checking") {
    return { tone: "running", result: t("Verifying…"), line: t("The files are being read.") };
  }
  if (verdict?.state === "stale") {
    const when = verdict.checkedAt === undefined ? "" : localizer.moment(verdict.checkedAt);
    const line = when === "" ? t("Verify again.") : t("Last verified {0}. Verify again.", when);
    return { tone: "neutral", result: t("Outdated"), line };
  }
  return undefined;
}

const open = (localizer: Localizer, line: string, result = localizer.t("Not verified")): StepResult => ({
  tone: "neutral",
  result,
  line,
});

/** The reason that stopped the verification before the signer was known; not a policy's reason. */
function obstacle(verdict: Verdict | undefined): Reason | undefined {
  return verdict?.reasons.find(({ code }) => !code.startsWith("POLICY_"));
}

/** Codes found after the signature was verified against the certificate in the file. */
const AFTER_SIGNATURE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "CERTIFICATE_EXPIRED",
  "CERTIFICATE_NOT_YET_VALID",
  "CERTIFICATE_UNTRUSTED_ROOT",
  "CERTIFICATE_NO_ROOTS",
  "CERTIFICATE_PATH_INVALID",
]);

/** Whether the code concerns the signer, not the signature. */
function isAboutIdentity(code: ErrorCode): boolean {
  if (code === "CERTIFICATE_MALFORMED" || code === "CERTIFICATE_KEY_UNSUPPORTED") return false;
  return code.startsWith("CERTIFICATE_") || code.startsWith("SIGSTORE_") || code.startsWith("TRUST_ROOT_");
}

function signatureStep({ summary }: Subject, verdict: Verdict | undefined, localizer: Localizer): StepResult {
  const { t } = localizer;
  if (isAuthentic(verdict)) {
    const line = t("The list of files below was not altered since it was signed.");
    return { tone: "green", result: t("Genuine"), line };
  }
  const reason = obstacle(verdict);
  if (reason !== undefined && isAboutIdentity(reason.code)) {
    return AFTER_SIGNATURE.has(reason.code)
      ? open(
          localizer,
          t(
            "The signature verifies against the certificate in the file, but the owner of the certificate is not verified.",
          ),
          t("Verifies"),
        )
      : open(localizer, t("The signer is not verified, so the signature proves nothing yet."));
  }
  if (reason !== undefined) return failed(reason, t("Not valid"), localizer);
  if (summary.problem !== undefined) return failed(summary.problem, t("Cannot be read"), localizer);
  return open(localizer, t("Anyone can create such a file. Verify the model to check whether it is genuine."));
}

function identityStep({ summary }: Subject, verdict: Verdict | undefined, localizer: Localizer): StepResult {
  const { t } = localizer;
  if (isAuthentic(verdict)) return { tone: "green", result: t("Verified"), line: whoLine(verdict, localizer) };
  const reason = obstacle(verdict);
  if (reason !== undefined && isAboutIdentity(reason.code)) return failed(reason, t("Not valid"), localizer);
  if (summary.claimedSigner !== undefined && summary.problem === undefined) {
    return open(localizer, t("The file names {0} as its signer. Anyone can claim that.", summary.claimedSigner));
  }
  return open(localizer, t("Verified after the signature."));
}

function whoLine({ signer }: Verdict & Required<Pick<Verdict, "signer">>, localizer: Localizer): string {
  const { t } = localizer;
  const who = signerPhrase(signer, t);
  switch (signer.method) {
    case "key":
      return t("Signed with {0}. Anyone with its private key can sign.", who);
    case "certificate":
      return t("{0}, according to a certificate issued by {1}.", who, commonName(signer.issuer));
    case "sigstore": {
      const { issuer } = signer;
      const log = signer.log.url.replace(/^https?:\/\//, "");
      const logged = t("The signature is recorded in the log {0} and cannot be hidden or removed.", log);
      const signed =
        signer.identityType === "uri"
          ? t("Signed by {0}, identified by {1}.", who, issuer)
          : t("Signed by {0}, who logged in at {1}.", who, issuer);
      return `${signed} ${logged}`;
    }
  }
}

function filesStep(verdict: Verdict | undefined, localizer: Localizer): StepResult {
  const { t } = localizer;
  if (!isCompared(verdict)) {
    return open(
      localizer,
      isAuthentic(verdict)
        ? t("The files were not read yet.")
        : t("Files are compared only after the signature is verified."),
    );
  }
  const { comparison, coverage } = verdict;
  const count = coverage?.files ?? 0;
  const unsigned = coverage?.unsigned.length ?? 0;
  const read = verdict.reading === "cached" ? t("Some digests came from the cache.") : t("Every byte was read.");
  if (!comparison.matches) {
    const line = t("{0}, listed first below.", differencesText(comparison, t));
    if (isOnlyUndownloaded(comparison)) return open(localizer, line, t("Not downloaded"));
    if (isOnlyToolFiles(comparison)) return { tone: "amber", result: t("Unchanged"), line };
    return { tone: "red", result: t("Changed"), line };
  }
  const same =
    count === 1 ? t("The one signed file matches the signature.") : t("All {0} files match the signature.", count);
  const notes = [
    ...(unsigned > 0 ? [t("{0} more are not signed; allowed by a policy.", unsigned)] : []),
    ...(coverage?.hidden === undefined ? [] : [t("Paths excluded by default include files that are not git's own.")]),
  ];
  if (notes.length > 0) return { tone: "amber", result: t("Unchanged"), line: [same, ...notes, read].join(" ") };
  return { tone: "green", result: t("Unchanged"), line: `${same} ${read}` };
}

function progressLine({ model }: Subject, { t }: Localizer): Partial<StepResult> {
  const { bytesDone = 0, bytesTotal = 0 } = model?.progress ?? {};
  if (bytesTotal === 0) return {};
  return {
    result: t("{0} %", Math.floor((bytesDone / bytesTotal) * 100)),
    line: t("{0} of {1} read.", bytesText(bytesDone), bytesText(bytesTotal)),
  };
}

function failed(
  { code, message: line }: Pick<Reason, "code" | "message">,
  result: string,
  { t }: Localizer,
): StepResult {
  const isInvalid = errorKind(code) === "invalid";
  return { tone: isInvalid ? "red" : "neutral", result: isInvalid ? result : t("Can't be verified here"), line };
}

function fileFacts({ bytes, mediaType, method, statement }: SignatureSummary, localizer: Localizer): Fact[] {
  const { t } = localizer;
  const methods = { key: t("a key"), certificate: t("a certificate"), sigstore: t("a login or a CI job (Sigstore)") };
  return [
    ...fact(t("Signed with"), method && methods[method]),
    ...fact(t("Root digest"), statement?.rootDigest, true),
    ...(statement?.legacy ? fact(t("Layout"), t("deprecated layout of version 0.2")) : []),
    ...fact(t("Format"), mediaType, true),
    ...(bytes === 0 ? [] : fact(t("Size of this file"), bytesText(bytes))),
  ];
}

function statementFacts({ statement }: SignatureSummary, { t }: Localizer): Fact[] {
  if (statement === undefined) return [];
  const { files, algorithm, ignorePaths, ignorePathCount } = statement;
  return [
    ...fact(t("Files listed"), String(files)),
    ...fact(t("Digests"), algorithm, true),
    ...fact(t("Excluded by the signer"), named(ignorePaths, ignorePathCount)),
  ];
}

function coverageFacts(verdict: Verdict, localizer: Localizer): Fact[] {
  const { t } = localizer;
  const { coverage, checkedAt } = verdict;
  if (coverage === undefined || !isCompared(verdict)) return [];
  const { hubLinks = [], hidden, bytesFromCache } = coverage;
  const left = ignoredNames(coverage);
  const shards = coverage.shardSize === undefined ? "" : `, ${t("in shards of {0}", bytesText(coverage.shardSize))}`;
  return [
    ...fact(t("Signed"), t("{0} files, {1}", coverage.files, bytesText(coverage.bytes))),
    ...fact(t("Read"), t("{0} in {1}", bytesText(coverage.bytesRead), durationText(coverage.seconds))),
    ...(bytesFromCache === 0 ? [] : fact(t("From the cache"), bytesText(bytesFromCache))),
    ...fact(t("Digests"), `${coverage.algorithm}${shards}`, true),
    ...(coverage.symlinksAllowed ? fact(t("Links"), t("symbolic links were followed")) : []),
    ...fact(t("Read through links of the Hugging Face cache"), named(hubLinks, hubLinks.length)),
    ...fact(t("Not covered"), named(left, left.length)),
    ...fact(t("Of these, not git's own"), hidden && named(hidden.names, hidden.count)),
    ...fact(t("Verified"), checkedAt && localizer.moment(checkedAt)),
  ];
}

function named(names: readonly string[], count: number): string {
  const shown = names.slice(0, NAMED).join(", ");
  return count > NAMED ? `${shown}, … (${count})` : shown;
}
