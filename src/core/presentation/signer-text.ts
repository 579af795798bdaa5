import { ciIdentity, GITHUB_ACTIONS_ISSUER, shortRef } from "../verification/ci-identity.ts";
import { commonName } from "../verification/distinguished-name.ts";
import type { Signer, SigstoreSigner } from "../verification/signer.ts";
import { shortHex } from "./bytes-and-time.ts";
import type { Localizer, Translate } from "./localizer.ts";

/** Identity providers that people know by name; every other is shown by its address. */
const ISSUERS: ReadonlyMap<string, string> = new Map([
  ["https://accounts.google.com", "Google"],
  ["https://github.com/login/oauth", "GitHub"],
  ["https://login.microsoftonline.com", "Microsoft"],
  [GITHUB_ACTIONS_ISSUER, "GitHub Actions"],
  ["https://gitlab.com", "GitLab"],
]);

/** The whole identity of a signer: `key prod.pub`, a certificate's subject, an e-mail address, the address of a workflow. */
export function signerText(signer: Signer, t: Translate): string {
  if (signer.method === "key") return t("key {0}", signer.label ?? shortHex(signer.fingerprint));
  if (signer.method === "sigstore") return signer.identity;
  return signer.subject === "" ? (signer.alternativeNames[0] ?? t("a certificate without a name")) : signer.subject;
}

function ciOf(signer: Signer): ReturnType<typeof ciIdentity> {
  return signer.method === "sigstore" ? ciIdentity(signer) : undefined;
}

/** A certificate by its common name; otherwise the whole identity. */
function shortSignerText(signer: Signer, t: Translate): string {
  const text = signerText(signer, t);
  return signer.method === "certificate" && text === signer.subject ? commonName(text) : text;
}

/**
 * The signer for a list: a workflow as `ci: acme/models release.yml@v1.2`, a certificate by its common name. The whole
 * identity belongs beside it.
 */
export function signerName(signer: Signer, t: Translate): string {
  const ci = ciOf(signer);
  if (ci === undefined) return shortSignerText(signer, t);
  return t("ci: {0} {1}@{2}", ci.repository, ci.workflow, shortRef(ci.ref));
}

/** The same with the whole name of a certificate. */
export function wholeSignerName(signer: Signer, t: Translate): string {
  return signer.method === "certificate" ? signerText(signer, t) : signerName(signer, t);
}

/** The signer as part of a sentence: a workflow by its parts, a certificate by its common name. */
export function signerPhrase(signer: Signer | undefined, t: Translate): string {
  if (signer === undefined) return t("its signer");
  const ci = ciOf(signer);
  if (ci === undefined) return shortSignerText(signer, t);
  return t("the workflow {0} of {1} at {2}", ci.workflow, `${ci.host}/${ci.repository}`, shortRef(ci.ref));
}

/** The identity provider by name, or by its address. */
export function issuerName({ issuer }: SigstoreSigner): string {
  return ISSUERS.get(issuer) ?? issuer;
}

/** "Google, 21 Nov 2026, 14:02". */
export function issuerAndTime(signer: SigstoreSigner, { time }: Localizer): string {
  return `${issuerName(signer)}, ${time(signer.signedAt)}`;
}

/** Style of a line about a signer. */
export interface SignerLineStyle {
  /** Escapes text that is not the program's own. */
  readonly quote: (text: string) => string;
  /** Identities, addresses and digests in full. */
  readonly exact: boolean;
}

/** "Signed by alice@example.com (Google), 21 Nov 2026, 14:02". */
export function signedByLine(signer: Signer, { t, time }: Localizer, { quote, exact }: SignerLineStyle): string {
  const name = quote(exact ? signerText(signer, t) : signerName(signer, t));
  switch (signer.method) {
    case "key": {
      const digest = quote(exact ? signer.fingerprint : shortHex(signer.fingerprint));
      return t("Signed by {0} ({1}, SHA-256 {2})", name, signer.curve, digest);
    }
    case "certificate":
      return exact
        ? t("Signed by {0}, issued by {1}, root certificate {2}", name, quote(signer.issuer), quote(signer.root))
        : t("Signed by {0}, issued by {1}", name, quote(commonName(signer.issuer)));
    case "sigstore": {
      const issuer = quote(exact ? signer.issuer : issuerName(signer));
      return t("Signed by {0} ({1}), {2}", name, issuer, time(signer.signedAt));
    }
  }
}

/** Why a signer is accepted if no policy covers the model: by the user's settings. */
export function acceptedBySettings(signer: Signer, t: Translate): string {
  if (signer.method === "key") return t("Accepted by your settings: trusted key");
  if (signer.method === "sigstore") return t("Accepted by your settings: trusted signer");
  return t("Accepted by your settings: trusted root certificate {0}", commonName(signer.root));
}
