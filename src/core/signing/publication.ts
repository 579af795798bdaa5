import type { TrustRoot } from "../verification/trust-root.ts";
import type { IdentityClaims } from "./identity-claims.ts";
import type { SigningServices } from "./sigstore-services.ts";

/** What a keyless signature makes public, shown before it is made. */
export interface PublicationNotice {
  /** The identity that becomes public: an e-mail address, or the subject of a CI job. */
  readonly identity: string;
  /** URL of the log. */
  readonly log: string;
  readonly instance: TrustRoot["instance"];
  /** One or two plain sentences for a person. */
  readonly text: string;
}

export function publicationNotice(
  { subject }: IdentityClaims,
  { log }: SigningServices,
  { instance, label }: TrustRoot,
): PublicationNotice {
  const host = new URL(log.url).host;
  const who = `Your identity (${subject}) and this model's digest go into`;
  const where = {
    public: `the public log ${host}, permanently`,
    staging: `the public log ${host} of Sigstore's staging instance, which is for tests`,
    private: `the log ${host} of a private Sigstore instance (${label})`,
  }[instance];
  return { identity: subject, log: log.url, instance, text: `${who} ${where}. The model itself is not uploaded.` };
}

type Step = "none" | "asked" | "done";

const LOG_TEXT: Readonly<Record<Step, string>> = {
  none: "; nothing about the model was published.",
  asked: "; whether the model's digest was entered into the log is not known.",
  done: ", and the model's digest was entered into the log.",
};

/** How far a keyless signature came, for the message of a failure. */
export interface PublicationRecord {
  readonly subject: string;
  /** It is in the certificate log as soon as it is issued. */
  certificate: Step;
  log: Step;
}

/** What was and was not published, in a sentence. */
export function publishedText({ subject, certificate, log }: PublicationRecord): string {
  if (certificate === "none") return "Nothing was published.";
  if (certificate === "asked") {
    return `Whether a certificate for ${subject} was issued is not known; nothing about the model was published.`;
  }
  return `A certificate for ${subject} was issued and stays in the log of certificates${LOG_TEXT[log]}`;
}
