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
export class PublicationRecord {
  readonly #subject: string;
  #certificate: Step = "none";
  #log: Step = "none";

  constructor(subject: string) {
    this.#subject = subject;
  }

  /** A certificate is in the certificate log as soon as it is issued. */
  certificate(step: Step): void {
    this.#certificate = step;
  }

  log(step: Step): void {
    this.#log = step;
  }

  /** What was and was not published, in a sentence. */
  text(): string {
    if (this.#certificate === "none") return "Nothing was published.";
    if (this.#certificate === "asked") {
      return `Whether a certificate for ${this.#subject} was issued is not known; nothing about the model was published.`;
    }
    return `A certificate for ${this.#subject} was issued and stays in the log of certificates${LOG_TEXT[this.#log]}`;
  }
}
