import { basename } from "node:path";
import { bundleToJSON } from "@sigstore/bundle";
import { DSSEBundleBuilder, FulcioSigner, type Signature, type SignatureBundle, TSAWitness } from "@sigstore/sign";
import type { Bundle as SerializedBundle } from "sigstore";
import { PAYLOAD_TYPE } from "../bundle/dsse.ts";
import { parseBundle } from "../bundle/parse-bundle.ts";
import { type ErrorCode, ProvenanceError, throwIfCancelled } from "../errors.ts";
import { answerText, proxyOf } from "../verification/service-answer.ts";
import type { SigstoreSigner } from "../verification/signer.ts";
import { parseFulcioCertificate } from "../verification/sigstore/fulcio-certificate.ts";
import { verifyAgainstRoot } from "../verification/sigstore/verify-sigstore.ts";
import type { TrustRoot } from "../verification/trust-root.ts";
import { otherSigner } from "./earlier-signature.ts";
import { type IdentityClaims, isForBearer, readIdentityToken } from "./identity-claims.ts";
import { type PublicationNotice, type PublicationRecord, publicationNotice, publishedText } from "./publication.ts";
import type { Replacement } from "./replacement.ts";
import { DEFAULT_LIMITS, logTimeout, requestOptions, type ServiceLimits, withinLimits } from "./service-limits.ts";
import type { SignedStatement, Signer, SignerOptions } from "./signer.ts";
import { chooseServices, type SigningServices } from "./sigstore-services.ts";
import { type Evidence, logWitness } from "./sigstore-witness.ts";

/** A login, or the identity of a CI job. */
export interface SigstoreIdentity {
  readonly method: "sigstore";
  /** The Sigstore instance: its services, and the keys to verify their responses. */
  readonly root: TrustRoot;
  /**
   * An OpenID identity token (JWT), or a function that gets one after the files were read, since tokens expire within
   * minutes. It is held in memory while signing, and in no error.
   */
  readonly token: string | (() => Promise<string>);
  /** Called before anything is made public; only `true` continues. Absent: no confirmation. */
  readonly confirm?: (notice: PublicationNotice) => boolean | Promise<boolean>;
  readonly limits?: Partial<ServiceLimits>;
}

interface Session {
  readonly identity: SigstoreIdentity;
  readonly services: SigningServices;
  readonly limits: ServiceLimits;
  readonly claims: IdentityClaims;
  readonly record: PublicationRecord;
  /** Parts of the token, which no message may show. */
  readonly secrets: readonly string[];
  /** Path of the signature file. */
  readonly signature: string;
  readonly signal: AbortSignal | undefined;
  /** Signer of the signature that is replaced: any other is rejected before the model's digest is published. */
  readonly only: SigstoreSigner | undefined;
}

/** @throws ProvenanceError SIGNING_SERVICES, TOKEN_* */
export function createKeylessSigner(identity: SigstoreIdentity, options: SignerOptions): Signer {
  const { root, token } = identity;
  chooseServices(root, new Date());
  if (typeof token === "string") readIdentityToken(token, Date.now());
  return {
    trust: { sigstore: { root, identities: [] } },
    sign: (payload, replaces) => signStatement(identity, payload, replaces, options),
  };
}

/**
 * Signs a statement with a short-lived certificate, and gets a timestamp and a log entry. The timestamp comes first, so
 * that its failure publishes nothing about the model. The result is verified before this resolves.
 *
 * @throws ProvenanceError SIGNING_*, TOKEN_*, SIGNATURE_OTHER_SIGNER, PUBLICATION_DECLINED, CANCELLED; each says what was published
 */
async function signStatement(
  identity: SigstoreIdentity,
  payload: Buffer,
  replaces: Replacement | undefined,
  { signature, signal, force }: SignerOptions,
): Promise<SignedStatement> {
  const services = chooseServices(identity.root, new Date());
  throwIfCancelled(signal);
  const token = typeof identity.token === "string" ? identity.token : await identity.token();
  const claims = readIdentityToken(token, Date.now());
  throwIfCancelled(signal);
  const earlier = force === true ? undefined : replaces?.signer;
  const only = earlier?.method === "sigstore" ? earlier : undefined;
  if (only !== undefined && !isForBearer(only, claims)) throw otherSigner(signature, only.identity, only.identity);
  const notice = publicationNotice(claims, services, identity.root);
  if (identity.confirm !== undefined && (await identity.confirm(notice)) !== true) {
    const message = "Not signed: publication was not confirmed. Nothing was published.";
    throw new ProvenanceError("PUBLICATION_DECLINED", message);
  }
  const limits = { ...DEFAULT_LIMITS, ...identity.limits };
  const record: PublicationRecord = { subject: claims.subject, certificate: "none", log: "none" };
  const secrets = [token, ...token.split(".")];
  const session: Session = { identity, services, limits, claims, record, secrets, signature, signal, only };
  try {
    throwIfCancelled(signal);
    const bytes = await makeBundle(session, token, payload);
    const signer = await verifyResult(session, bytes, signature);
    return { bytes, signer, published: publishedText(record) };
  } catch (error) {
    if (error instanceof ProvenanceError && error.code === "CANCELLED") {
      throw new ProvenanceError("CANCELLED", `Cancelled. ${publishedText(record)}`, { cause: error.cause });
    }
    throw error;
  }
}

async function makeBundle(session: Session, token: string, payload: Buffer): Promise<Buffer> {
  const builder = new DSSEBundleBuilder({
    signer: { sign: (data) => certifyAndSign(session, token, data) },
    witnesses: [{ testify: (content, certificate) => testify(session, content, certificate) }],
  });
  const bundle = await builder.create({ data: payload, type: PAYLOAD_TYPE });
  return Buffer.from(`${JSON.stringify(withExplicitDefaults(bundleToJSON(bundle)))}\n`, "utf8");
}

async function certifyAndSign(session: Session, token: string, data: Buffer): Promise<Signature> {
  const { limits } = session;
  const { authority: url } = session.services;
  const fulcio = new FulcioSigner({
    fulcioBaseURL: url,
    identityProvider: { getToken: () => Promise.resolve(token) },
    ...requestOptions(limits, limits.timeout),
  });
  const code = "SIGNING_CERTIFICATE_FAILED";
  const service = { code, name: "certificate authority", url, publishes: "certificate" } as const;
  const signed = await ask(session, service, () => fulcio.sign(data));
  checkCertificate(signed, session);
  return signed;
}

/** Runs before anything is logged: an identity in the log stays there for ever. */
function checkCertificate({ key }: Signature, { claims, services, record, signature, only }: Session): void {
  const refuse = (why: string, cause?: unknown): ProvenanceError =>
    new ProvenanceError(
      "SIGNING_RESULT_INVALID",
      `Not signed: the certificate authority ${services.authority} ${why}. ${publishedText(record)}`,
      { cause },
    );
  if (key.$case !== "x509Certificate") throw refuse("gave no certificate");
  const base64 = key.certificate.replace(/-----[A-Z ]+-----|\s/g, "");
  let certified: Pick<SigstoreSigner, "identity" | "identityType" | "issuer">;
  try {
    certified = parseFulcioCertificate(Buffer.from(base64, "base64"), "The answer").subject;
  } catch (error) {
    throw refuse("gave a certificate that cannot be used", error);
  }
  if (!isForBearer(certified, claims)) {
    throw refuse(`gave a certificate for ${certified.identity} (${certified.issuer}) to ${claims.subject}`);
  }
  if (only === undefined || (only.identity === certified.identity && only.issuer === certified.issuer)) return;
  const { code, message, details } = otherSigner(signature, only.identity, only.identity);
  throw new ProvenanceError(code, `${message} ${publishedText(record)}`, { details });
}

async function testify(session: Session, content: SignatureBundle, certificate: string): Promise<Evidence> {
  const { services, limits, signal } = session;
  const { timestamps: url, log } = services;
  let stamped: Evidence = {};
  if (url !== undefined) {
    const authority = new TSAWitness({ tsaBaseURL: url, ...requestOptions(limits, limits.timeout) });
    const service = { code: "SIGNING_TIMESTAMP_FAILED", name: "timestamp authority", url } as const;
    stamped = await ask(session, service, () => authority.testify(content));
  }
  throwIfCancelled(signal);
  const service = { code: "SIGNING_LOG_FAILED", name: "log", url: log.url, publishes: "log" } as const;
  const logged = await ask(session, service, () => logWitness(log, limits).testify(content, certificate));
  return { ...stamped, ...logged };
}

interface Service {
  /** Of its failure. */
  readonly code: ErrorCode;
  readonly name: string;
  readonly url: string;
  /** What its answer makes public. */
  readonly publishes?: "certificate" | "log";
}

/**
 * Makes a request, and records what it published.
 *
 * @throws ProvenanceError the service's code, CANCELLED; without the request, which contains the token
 */
async function ask<T>(session: Session, service: Service, request: () => Promise<T>): Promise<T> {
  const { services, limits, record, secrets, signal } = session;
  const { code, name, url, publishes } = service;
  const timeout = publishes === "log" ? logTimeout(services.log, limits) : limits.timeout;
  if (publishes !== undefined) record[publishes] = "asked";
  try {
    const answer = await withinLimits(request(), timeout, limits, signal);
    if (publishes !== undefined) record[publishes] = "done";
    return answer;
  } catch (error) {
    if (error instanceof ProvenanceError) throw error;
    const cause = causeOf(error);
    const status = statusOf(cause);
    const isRejected = status !== undefined && status >= 400 && status < 500;
    if (publishes !== undefined && isRejected) record[publishes] = "none";
    const text = cause instanceof Error ? cause.message.replace(/^\(\d{3}\) /, "") : "unknown error";
    const answered = status === undefined ? {} : { status };
    const why = answerText({ text, ...answered }, secrets, proxyOf(process.env));
    const message = `Not signed: the ${name} ${url} ${why}. ${publishedText(record)}`;
    throw new ProvenanceError(code, message, { details: { url, ...answered } });
  }
}

async function verifyResult({ identity, claims, record }: Session, bytes: Buffer, signature: string) {
  try {
    const signer = await verifyAgainstRoot(parseBundle(bytes, basename(signature)), identity.root, signature);
    if (isForBearer(signer, claims)) return signer;
    throw new Error(`it names ${signer.identity}`);
  } catch (error) {
    const why = error instanceof Error ? error.message : "it cannot be read";
    const message = `Not signed: the response of the services of ${identity.root.label} does not verify. ${why} ${publishedText(record)}`;
    throw new ProvenanceError("SIGNING_RESULT_INVALID", message, { cause: error });
  }
}

/** What the library wraps: the answer of the service, or why there was none. */
function causeOf(error: unknown): unknown {
  let at = error;
  for (let depth = 0; at instanceof Error && at.cause instanceof Error && depth < 8; depth++) at = at.cause;
  return at;
}

function statusOf(cause: unknown): number | undefined {
  if (!(cause instanceof Error) || !("statusCode" in cause)) return undefined;
  return typeof cause.statusCode === "number" ? cause.statusCode : undefined;
}

/**
 * Returns a bundle whose log entries have explicit numbers and lists where they are zero or empty. Protobuf's JSON omits
 * those, and the reference then rejects the bundle: the first entry of a log has index 0 and no hashes.
 */
function withExplicitDefaults(bundle: SerializedBundle): SerializedBundle {
  const { verificationMaterial } = bundle;
  const tlogEntries = verificationMaterial.tlogEntries.map((entry) => {
    const { inclusionProof: proof } = entry;
    const inclusionProof = proof && { ...proof, logIndex: proof.logIndex ?? "0", hashes: proof.hashes ?? [] };
    return { ...entry, logIndex: entry.logIndex ?? "0", ...(inclusionProof && { inclusionProof }) };
  });
  return { ...bundle, verificationMaterial: { ...verificationMaterial, tlogEntries } } as SerializedBundle;
}
