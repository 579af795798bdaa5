import assert from "node:assert/strict";
import { type ErrorCode, ProvenanceError } from "../../src/core/errors.ts";

/** Runs `action`, which has to fail with this code; returns the error for a look at its words. */
export async function failsWith(code: ErrorCode, action: () => unknown): Promise<ProvenanceError> {
  try {
    await action();
  } catch (error) {
    assert.ok(error instanceof ProvenanceError, `not a coded error: ${error instanceof Error ? error.stack : error}`);
    assert.equal(error.code, code, error.message);
    return error;
  }
  return assert.fail(`did not fail; expected ${code}`);
}
