import { createHash, createPublicKey, verify } from "node:crypto";
import { initializeCTLog } from "@sigstore/mock/dist/fulcio/ctlog.js";
import { fulcioHandler } from "@sigstore/mock/dist/fulcio/handler.js";
import type { JWTPayload } from "jose";
import { CertificationRequest } from "pkijs";
import * as v from "valibot";
import { type Certificate, makeCertificate } from "../certificates.ts";
import { makeKeys } from "../keys.ts";
import { makeCertificateAuthority } from "./certificate-authority.ts";
import type { FaultBoard } from "./faults.ts";
import type { IdentityTokens } from "./identity-tokens.ts";
import type { RequestHandler } from "./loopback-service.ts";
import { Refusal, serveMockHandler } from "./mock-handler.ts";

export interface Fulcio {
  readonly root: Certificate;
  /** SPKI, DER. */
  readonly certificateLogKey: Buffer;
  readonly certificateLogId: Buffer;
  readonly handle: RequestHandler;
}

const CREDENTIALS = v.object({ oidcIdentityToken: v.string() });

const Request = v.union([
  v.object({
    credentials: CREDENTIALS,
    publicKeyRequest: v.object({
      publicKey: v.object({ content: v.string() }),
      proofOfPossession: v.string(),
    }),
  }),
  /** PKCS #10 in PEM. */
  v.object({ credentials: CREDENTIALS, certificateSigningRequest: v.string() }),
]);

/** Fulcio and its certificate transparency log. The mock accepts any token; here it is checked first. */
export async function makeFulcio(tokens: IdentityTokens, faults: FaultBoard): Promise<Fulcio> {
  const root = makeCertificate({
    subject: [
      ["O", "Local Sigstore"],
      ["CN", "Fulcio"],
    ],
    kind: "P-384",
    ca: true,
  });
  const log = await initializeCTLog(makeKeys());
  const authority = makeCertificateAuthority(root, log, await initializeCTLog(makeKeys()), {
    otherIdentity: () => faults.takeContent("fulcio", "other-identity"),
    unknownLog: () => faults.takeContent("fulcio", "unknown-certificate-log"),
  });
  const byEmail = fulcioHandler(authority, { subjectClaim: "email" });
  const bySubject = fulcioHandler(authority, { subjectClaim: "sub" });
  return {
    root,
    certificateLogKey: log.publicKey,
    certificateLogId: createHash("sha256").update(log.publicKey).digest(),
    handle: async (request, response) => {
      let handler = bySubject;
      const bearer = request.headers.authorization;
      const fn = (body: string) => handler.fn(asTheMockWants(body, bearer));
      await serveMockHandler(request, response, { ...bySubject, fn }, async (body) => {
        const claims = await checkRequest(asTheMockWants(body, bearer), tokens);
        if (claims["email"] !== undefined) handler = byEmail;
      });
    },
  };
}

/** sigstore-python sends its token in a header, and its request in base64: the mock wants neither. */
function asTheMockWants(body: string, authorization: string | undefined): string {
  const [, oidcIdentityToken] = /^Bearer (.+)$/.exec(authorization ?? "") ?? [];
  const { certificateSigningRequest: csr, ...request } = JSON.parse(body);
  if (oidcIdentityToken === undefined || typeof csr !== "string") return body;
  const certificateSigningRequest = Buffer.from(csr, "base64").toString("utf8");
  return JSON.stringify({ ...request, credentials: { oidcIdentityToken }, certificateSigningRequest });
}

async function checkRequest(body: string, tokens: IdentityTokens): Promise<JWTPayload> {
  const parsed = v.safeParse(Request, JSON.parse(body));
  if (!parsed.success) throw new Refusal(400, "The certificate request is malformed");
  const claims = await tokens.check(parsed.output.credentials.oidcIdentityToken);
  if ("certificateSigningRequest" in parsed.output) {
    const der = Buffer.from(parsed.output.certificateSigningRequest.replace(/-----[^-]+-----/g, ""), "base64");
    if (await CertificationRequest.fromBER(der).verify()) return claims;
    throw new Refusal(400, "The signature of the certificate signing request could not be verified");
  }
  const { publicKeyRequest } = parsed.output;
  const subject = String(claims["email"] ?? claims.sub);
  const key = createPublicKey(publicKeyRequest.publicKey.content);
  const proof = Buffer.from(publicKeyRequest.proofOfPossession, "base64");
  if (!verify("sha256", Buffer.from(subject), key, proof)) {
    throw new Refusal(400, "The signature supplied in the request could not be verified");
  }
  return claims;
}
