import { type ErrorDetails, isErrorCode, ProvenanceError } from "../core/errors.ts";

/** An error as plain data: structured clone loses its class and code. */
export interface PortableError {
  readonly code: string | undefined;
  readonly message: string;
  readonly details: ErrorDetails;
  readonly stack: string | undefined;
  readonly cause: PortableError | undefined;
}

export function packError(thrown: unknown): PortableError {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const { code, details = {} }: Partial<ProvenanceError> = error instanceof ProvenanceError ? error : {};
  const { message, stack, cause } = error;
  return { code, message, details, stack, cause: cause === undefined ? undefined : packError(cause) };
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
