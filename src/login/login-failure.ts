import * as v from "valibot";
import { type ErrorCode, ProvenanceError, systemCode } from "../core/errors.ts";
import { causesOf, networkObstacle, proxyOf, singleLine } from "../core/verification/service-answer.ts";

/** Errors of `openid-client`, as far as they are used; the rest of them may hold tokens and is dropped. */
const AnswerError = v.object({
  name: v.picklist(["ResponseBodyError", "AuthorizationResponseError"]),
  error: v.string(),
  error_description: v.optional(v.string()),
});
type Answer = Pick<v.InferOutput<typeof AnswerError>, "error" | "error_description">;
const StatusError = v.object({
  code: v.literal("OAUTH_RESPONSE_IS_NOT_CONFORM"),
  cause: v.object({ status: v.number() }),
});

/**
 * Converts any error of a login into one that a person can act on: where it was ended, the reason of the signal. Of the library's error only name, code and message are
 * kept: its causes hold responses with codes and tokens.
 */
export function explainLoginFailure(error: unknown, issuer: string, deadline: AbortSignal): ProvenanceError {
  if (deadline.reason instanceof ProvenanceError) return deadline.reason;
  if (error instanceof ProvenanceError) return error;
  const answer = v.safeParse(AnswerError, error);
  if (answer.success) return explainAnswer(answer.output, issuer);
  const code = systemCode(error);
  // A server's answer to an unknown client that sent a secret (RFC 6749 section 5.2).
  if (code === "OAUTH_WWW_AUTHENTICATE_CHALLENGE") return explainAnswer({ error: "invalid_client" }, issuer);
  if (code === "OAUTH_JWT_TIMESTAMP_CHECK_FAILED") return clockFailure(issuer);
  if (code === "OAUTH_JWT_CLAIM_COMPARISON_FAILED" && claimOf(error) === "nonce") return nonceFailure(issuer, error);
  return unreachable(error, code, issuer) ?? issuerFault(issuer, summary(error), error);
}

/** The error of a provider that rejects the login (RFC 6749 sections 4.1.2.1 and 5.2, RFC 8628 section 3.5). */
function explainAnswer(answer: Answer, issuer: string): ProvenanceError {
  const error = singleLine(answer.error);
  const description = answer.error_description === undefined ? error : singleLine(answer.error_description);
  const details = { issuer, error };
  const failure = (code: ErrorCode, message: string): ProvenanceError =>
    new ProvenanceError(code, message, { details });
  switch (error) {
    case "access_denied":
      return failure("LOGIN_REFUSED", `The login was denied at ${issuer}: ${description}`);
    case "expired_token":
      return failure("LOGIN_TIMED_OUT", "The code was not typed in time. Start the login again.");
    case "invalid_grant":
      return failure(
        "LOGIN_CODE",
        `${issuer} does not accept the code: it was mistyped, used before, or is too old. Start the login again.`,
      );
    case "invalid_client":
    case "unauthorized_client":
    case "unsupported_grant_type":
    case "invalid_scope":
      return failure(
        "LOGIN_CLIENT_REFUSED",
        `${issuer} does not know this client, or does not let it log in like this (${description}). Check the client id and secret.`,
      );
    default:
      return issuerFault(issuer, description);
  }
}

function clockFailure(issuer: string): ProvenanceError {
  const message = `The token from ${issuer} is not valid at this computer's time, ${new Date().toISOString()}. Set the clock right, and log in again.`;
  return new ProvenanceError("LOGIN_CLOCK", message, { details: { issuer } });
}

function nonceFailure(issuer: string, error: unknown): ProvenanceError {
  const message = `${issuer} returned a token of another login. Nothing was signed; start the login again.`;
  return new ProvenanceError("LOGIN_NONCE", message, { details: { issuer }, cause: withoutSecrets(error) });
}

export function issuerFault(issuer: string, what: string, error?: unknown): ProvenanceError {
  return new ProvenanceError(
    "LOGIN_ISSUER_FAULT",
    `${issuer} did not answer as an identity provider should: ${what}. Try again, or report it to the provider.`,
    { details: { issuer }, ...(error === undefined ? {} : { cause: withoutSecrets(error) }) },
  );
}

function unreachable(error: unknown, code: string | undefined, issuer: string): ProvenanceError | undefined {
  const failure = (what: string, details: Readonly<Record<string, string>>): ProvenanceError =>
    new ProvenanceError("LOGIN_ISSUER_UNREACHABLE", `The identity provider ${issuer} ${what}`, {
      details: { issuer, ...details },
      cause: withoutSecrets(error),
    });
  const obstacle = networkObstacle({ text: isWebPage(error) ? "<html>" : causesOf(error) }, proxyOf(process.env));
  if (obstacle !== undefined) return failure(`${obstacle}.`, {});
  const status = v.safeParse(StatusError, error);
  const reason = status.success
    ? `it answered with status ${status.output.cause.status}`
    : code === "OAUTH_TIMEOUT"
      ? "it did not answer in time"
      : networkReason(error);
  return reason === undefined
    ? undefined
    : failure(`cannot be reached: ${reason}. Check the address and the network, and try again.`, { reason });
}

/** Whether a page came where the library expected JSON. Its status says that the request went well. */
function isWebPage(error: unknown): boolean {
  const response = error instanceof Error ? error.cause : undefined;
  return response instanceof Response && response.ok && /html/i.test(response.headers.get("content-type") ?? "");
}

/** The platform's `fetch` reports only "fetch failed"; the reason is in its cause. */
function networkReason(error: unknown): string | undefined {
  if (!(error instanceof TypeError) || error.cause === undefined) return undefined;
  return systemCode(error.cause) ?? (error.cause instanceof Error ? singleLine(error.cause.message) : undefined);
}

function claimOf(error: unknown): string | undefined {
  const parsed = v.safeParse(v.object({ cause: v.object({ claim: v.string() }) }), (error as Error).cause);
  return parsed.success ? parsed.output.cause.claim : undefined;
}

/** Name, message and code of an error; its causes may hold answers with codes and tokens. */
function withoutSecrets(error: unknown): Error {
  return new Error(summary(error));
}

function summary(error: unknown): string {
  if (!(error instanceof Error)) return "an unknown failure";
  const code = systemCode(error);
  return singleLine(code === undefined ? error.message : `${error.message} (${code})`);
}
