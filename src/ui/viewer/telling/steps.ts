import { type ErrorCode, errorKind } from "../../../core/errors.ts";
import type { Reason, Verdict } from "../../../core/verdict.ts";
import { bytesText, durationText } from "../../../core/words.ts";
import type { SignatureSummary } from "../../../engine/signature-view/requests.ts";
import { plainText } from "../../../platform/plain-text.ts";
import type { Fact, Step, StepStatus } from "../messages.ts";
import { type Edge, momentText } from "./edge.ts";
import type { Links } from "./links.ts";
import { policyStep } from "./policy-step.ts";
import { claimFacts, signerFacts } from "./signer-facts.ts";
import { currentVerdict, isAuthentic, isCompared, type Subject } from "./subject.ts";
import { differencesText, whoText } from "./who.ts";

type Told = Pick<Step, "status" | "result" | "line">;

/** Files left out that are named. */
const NAMED = 20;

/** The four steps of a check, in their order, each with its own result. */
export function stepsOf(subject: Subject, links: Links, edge: Edge): Step[] {
  const { l10n } = edge;
  const { summary } = subject;
  const verdict = currentVerdict(subject);
  const authentic = isAuthentic(verdict) ? verdict : undefined;
  const keyless = (authentic?.signer.method ?? summary.method) === "sigstore";
  const claims = authentic === undefined ? claimFacts(summary, edge) : [];
  return [
    {
      id: "signature",
      title: l10n.t("Signature"),
      ...signatureStep(subject, verdict, edge),
      ...sided(authentic !== undefined, fileFacts(summary, edge)),
    },
    {
      id: "identity",
      title: keyless ? l10n.t("Identity and log") : l10n.t("Identity"),
      ...identityStep(subject, verdict, edge),
      facts: authentic === undefined ? [] : signerFacts(authentic.signer, links, edge),
      claims,
    },
    {
      id: "files",
      title: l10n.t("Files"),
      ...filesStep(subject, verdict, edge),
      facts: verdict === undefined ? [] : coverageFacts(verdict, edge),
      claims: authentic === undefined ? statementFacts(summary, edge) : [],
    },
    {
      id: "policy",
      title: l10n.t("Policy"),
      ...policyOrMoving(verdict, links, edge),
      claims: [],
    },
  ];
}

function policyOrMoving(verdict: Verdict | undefined, links: Links, edge: Edge): Omit<Step, "id" | "title" | "claims"> {
  const told = moving(verdict, edge);
  return told === undefined ? policyStep(verdict, links, edge) : { ...told, facts: [] };
}

/** The same facts are told as verified, or as what the file says. */
function sided(verified: boolean, facts: Fact[]): Pick<Step, "facts" | "claims"> {
  return verified ? { facts, claims: [] } : { facts: [], claims: facts };
}

/** A check that runs, or one that is no longer true, is told alike in every step. */
function moving(verdict: Verdict | undefined, edge: Edge): Told | undefined {
  const { l10n } = edge;
  if (verdict?.state === "checking") {
    return {
      status: "running",
      result: l10n.t("Being checked…"),
      line: l10n.t("This takes as long as reading the files."),
    };
  }
  if (verdict?.state === "stale") {
    const when = verdict.checkedAt === undefined ? "" : momentText(verdict.checkedAt, edge);
    const line = when === "" ? l10n.t("Verify again.") : l10n.t("Last checked {0}. Verify again.", when);
    return { status: "open", result: l10n.t("To be checked again"), line };
  }
  return undefined;
}

const OPEN = (edge: Edge, line: string, result = edge.l10n.t("Not checked")): Told => ({
  status: "open",
  result,
  line,
});

/** What stopped the check before it knew a signer. What policies say of that is no reason of its own. */
function obstacle(verdict: Verdict | undefined): Reason | undefined {
  return verdict?.reasons.find(({ code }) => !code.startsWith("POLICY_"));
}

/** Found out after the signature was seen to fit the certificate that the file carries. */
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

function signatureStep({ summary }: Subject, verdict: Verdict | undefined, edge: Edge): Told {
  const { l10n } = edge;
  const told = moving(verdict, edge);
  if (told !== undefined) return told;
  if (isAuthentic(verdict)) {
    const line = l10n.t(
      "The signature fits the list of files below: not a letter of it was changed since it was signed.",
    );
    return { status: "passed", result: l10n.t("Genuine"), line };
  }
  const reason = obstacle(verdict);
  if (reason !== undefined && isAboutIdentity(reason.code)) {
    return AFTER_SIGNATURE.has(reason.code)
      ? OPEN(
          edge,
          l10n.t("It fits the certificate in the file. Whose that is could not be established."),
          l10n.t("Fits"),
        )
      : OPEN(edge, l10n.t("The check stopped at who signed; until that is known, this says nothing."));
  }
  if (reason !== undefined) return failed(reason, l10n.t("Not valid"), edge);
  if (summary.problem !== undefined) return failed(summary.problem, l10n.t("Cannot be read"), edge);
  return OPEN(edge, l10n.t("Anybody can write such a file. Only a check tells whether it is genuine."));
}

function identityStep({ summary }: Subject, verdict: Verdict | undefined, edge: Edge): Told {
  const { l10n } = edge;
  const told = moving(verdict, edge);
  if (told !== undefined) return told;
  if (isAuthentic(verdict)) return { status: "passed", result: l10n.t("Established"), line: whoLine(verdict, edge) };
  const reason = obstacle(verdict);
  if (reason !== undefined && isAboutIdentity(reason.code)) return failed(reason, l10n.t("Not established"), edge);
  if (summary.claimedSigner !== undefined && summary.problem === undefined) {
    return OPEN(
      edge,
      l10n.t("The file names {0} as its signer. Anybody can write that.", plainText(summary.claimedSigner)),
    );
  }
  return OPEN(edge, l10n.t("Comes after the signature."));
}

function whoLine({ signer }: Verdict & Required<Pick<Verdict, "signer">>, edge: Edge): string {
  const { l10n } = edge;
  const who = whoText(signer, edge);
  switch (signer.method) {
    case "key":
      return l10n.t("Made with the {0}. Whoever has its private half could have signed.", who);
    case "certificate":
      return l10n.t("{0}, according to a certificate of {1}.", who, plainText(signer.issuer));
    case "sigstore": {
      const issuer = plainText(signer.issuer);
      const log = plainText(signer.log.url.replace(/^https?:\/\//, ""));
      const logged = l10n.t("It is entered in the log {0}, where it cannot be hidden or taken back.", log);
      const said =
        signer.identityType === "uri"
          ? l10n.t("Signed by {0}. {1} vouches for that.", who, issuer)
          : l10n.t("{0}, who had logged in at {1}.", who, issuer);
      return `${said} ${logged}`;
    }
  }
}

function filesStep(subject: Subject, verdict: Verdict | undefined, edge: Edge): Told {
  const { l10n } = edge;
  if (verdict?.state === "checking") return { ...progressLine(subject, edge), status: "running" };
  const told = moving(verdict, edge);
  if (told !== undefined) return told;
  if (!isCompared(verdict)) {
    return OPEN(
      edge,
      isAuthentic(verdict)
        ? l10n.t("No file was read yet.")
        : l10n.t("Files are compared only with a list whose signature is genuine."),
    );
  }
  const { comparison, coverage } = verdict;
  const count = coverage?.files ?? 0;
  const unsigned = coverage?.unsigned.length ?? 0;
  const read =
    verdict.reading === "cached" ? l10n.t("Some digests come from an earlier check.") : l10n.t("Every byte was read.");
  if (!comparison.matches) {
    const line = l10n.t("{0}: listed first below.", differencesText(comparison, edge));
    return { status: "failed", result: l10n.t("Changed"), line };
  }
  const same =
    count === 1
      ? l10n.t("The one signed file is as it was signed.")
      : l10n.t("All {0} files are as they were signed.", count);
  const notes = [
    ...(unsigned > 0 ? [l10n.t("{0} more are not signed; a policy lets them be.", unsigned)] : []),
    ...(coverage?.hidden === undefined
      ? []
      : [l10n.t("What is left out by default includes files that are not git's own.")]),
  ];
  if (notes.length > 0) {
    return { status: "warned", result: l10n.t("Unchanged"), line: [same, ...notes, read].join(" ") };
  }
  return { status: "passed", result: l10n.t("Unchanged"), line: `${same} ${read}` };
}

function progressLine({ model }: Subject, { l10n }: Edge): Pick<Told, "result" | "line"> {
  const { bytesDone = 0, bytesTotal = 0 } = model?.progress ?? {};
  const result =
    bytesTotal === 0 ? l10n.t("Being checked…") : l10n.t("{0} %", Math.floor((bytesDone / bytesTotal) * 100));
  const line = l10n.t("{0} of {1} read.", bytesText(bytesDone), bytesText(bytesTotal));
  return { result, line: bytesTotal === 0 ? l10n.t("This takes as long as reading the files.") : line };
}

function failed({ code, message }: Pick<Reason, "code" | "message">, result: string, { l10n }: Edge): Told {
  const line = plainText(message);
  const status: StepStatus = errorKind(code) === "invalid" ? "failed" : "open";
  return { status, result: status === "failed" ? result : l10n.t("Cannot be decided"), line };
}

function fileFacts({ bytes, mediaType, method, statement }: SignatureSummary, edge: Edge): Fact[] {
  const { l10n } = edge;
  const methods = {
    key: l10n.t("a key"),
    certificate: l10n.t("a certificate"),
    sigstore: l10n.t("a login or an automatic build (Sigstore)"),
  };
  return [
    ...(method === undefined ? [] : [{ label: l10n.t("Signed with"), value: methods[method] }]),
    ...(statement === undefined ? [] : [{ label: l10n.t("Root digest"), value: statement.rootDigest, code: true }]),
    ...(statement?.legacy ? [{ label: l10n.t("Layout"), value: l10n.t("the old one of version 0.2") }] : []),
    ...(mediaType === undefined ? [] : [{ label: l10n.t("Format"), value: plainText(mediaType), code: true }]),
    ...(bytes === 0 ? [] : [{ label: l10n.t("Size of this file"), value: bytesText(bytes) }]),
  ];
}

function statementFacts({ statement }: SignatureSummary, { l10n }: Edge): Fact[] {
  if (statement === undefined) return [];
  const { files, algorithm, ignorePaths, ignorePathCount } = statement;
  return [
    { label: l10n.t("Files listed"), value: String(files) },
    { label: l10n.t("Digests"), value: algorithm, code: true },
    ...(ignorePathCount === 0
      ? []
      : [{ label: l10n.t("Left out by the signer"), value: named(ignorePaths, ignorePathCount) }]),
  ];
}

function coverageFacts(verdict: Verdict, edge: Edge): Fact[] {
  const { l10n } = edge;
  const { coverage, checkedAt } = verdict;
  if (coverage === undefined || !isCompared(verdict)) return [];
  const left = coverage.ignored.filter(({ source }) => source !== "signature").map(({ name }) => name);
  const shards =
    coverage.shardSize === undefined ? "" : `, ${l10n.t("in pieces of {0}", bytesText(coverage.shardSize))}`;
  return [
    { label: l10n.t("Signed"), value: l10n.t("{0} files, {1}", coverage.files, bytesText(coverage.bytes)) },
    {
      label: l10n.t("Read"),
      value: l10n.t("{0} in {1}", bytesText(coverage.bytesRead), durationText(coverage.seconds)),
    },
    ...(coverage.bytesFromCache === 0
      ? []
      : [{ label: l10n.t("From earlier checks"), value: bytesText(coverage.bytesFromCache) }]),
    { label: l10n.t("Digests"), value: `${coverage.algorithm}${shards}`, code: true },
    ...(coverage.symlinksAllowed
      ? [{ label: l10n.t("Links"), value: l10n.t("the signer had symbolic links followed") }]
      : []),
    ...(left.length === 0 ? [] : [{ label: l10n.t("Not covered"), value: named(left, left.length) }]),
    ...(coverage.hidden === undefined
      ? []
      : [{ label: l10n.t("Of these, not git's own"), value: named(coverage.hidden.names, coverage.hidden.count) }]),
    ...(checkedAt === undefined ? [] : [{ label: l10n.t("Checked"), value: momentText(checkedAt, edge) }]),
  ];
}

function named(names: readonly string[], count: number): string {
  const shown = names.slice(0, NAMED).map(plainText).join(", ");
  return count > NAMED ? `${shown}, … (${count})` : shown;
}
