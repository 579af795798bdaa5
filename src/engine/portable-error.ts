import { type ErrorDetails, isErrorCode, ProvenanceError } from "../core/errors.ts";

/** An error as plain data: structured clone loses its class and code. */
export interface PortableError {
  readonly code?: string;
  readonly message: string;
  readonly details: ErrorDetails;
  readonly stack?: string;
  readonly cause?: PortableError;
}

export function packError(error: unknown): PortableError {
  if (!(error instanceof Error)) return { message: String(error), details: {} };
  const code = error instanceof ProvenanceError ? error.code : undefined;
  const details = error instanceof ProvenanceError ? error.details : {};
  return {
    message: error.message,
    details,
    ...(code !== undefined && { code }),
    ...(error.stack !== undefined && { stack: error.stack }),
    ...(error.cause !== undefined && { cause: packError(error.cause) }),
  };
}

export function unpackError({ code, message, details, stack, cause }: PortableError): Error {
  const from = cause === undefined ? {} : { cause: unpackError(cause) };
  const error =
    code !== undefined && isErrorCode(code)
      ? new ProvenanceError(code, message, { details, ...from })
      : new Error(message, from);
  if (stack !== undefined) error.stack = stack;
  return error;
}
