import { createHash, createPublicKey, verify } from "node:crypto";
import { initializeCTLog } from "@sigstore/mock/dist/fulcio/ctlog.js";
import { fulcioHandler } from "@sigstore/mock/dist/fulcio/handler.js";
import type { JWTPayload } from "jose";
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

const Request = v.object({
  credentials: v.object({ oidcIdentityToken: v.string() }),
  publicKeyRequest: v.object({
    publicKey: v.object({ content: v.string() }),
    proofOfPossession: v.string(),
  }),
});

/** Fulcio and its certificate transparency log. The mock believes any token; here it is checked first. */
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
      await serveMockHandler(request, response, { ...bySubject, fn: (body) => handler.fn(body) }, async (body) => {
        const claims = await checkRequest(body, tokens);
        if (claims["email"] !== undefined) handler = byEmail;
      });
    },
  };
}

async function checkRequest(body: string, tokens: IdentityTokens): Promise<JWTPayload> {
  const parsed = v.safeParse(Request, JSON.parse(body));
  if (!parsed.success) throw new Refusal(400, "The certificate request is malformed");
  const { credentials, publicKeyRequest } = parsed.output;
  const claims = await tokens.check(credentials.oidcIdentityToken);
  const subject = String(claims["email"] ?? claims.sub);
  const key = createPublicKey(publicKeyRequest.publicKey.content);
  const proof = Buffer.from(publicKeyRequest.proofOfPossession, "base64");
  if (!verify("sha256", Buffer.from(subject), key, proof)) {
    throw new Refusal(400, "The signature supplied in the request could not be verified");
  }
  return claims;
}
