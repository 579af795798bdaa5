import type { Trust } from "../trust.ts";
import type { Signer as SignerIdentity } from "../verification/signer.ts";
import type { Replacement } from "./replacement.ts";

/** Signs statements; one file for each method. What can fail without the model fails when the signer is created. */
export interface Signer {
  /** Accepts this signer only. */
  readonly trust: Trust;
  /**
   * @param payload the statement, as it is signed
   * @param replaces the signature of the same model that the new one replaces
   */
  sign(payload: Buffer, replaces: Replacement | undefined): Promise<SignedStatement>;
  /** Ends what the signer has started. */
  close?(): Promise<void>;
}

export interface SignedStatement {
  /** The bundle, which was verified: JSON, UTF-8. */
  readonly bytes: Buffer;
  readonly signer: SignerIdentity;
  /** What was published, in a sentence. */
  readonly published?: string;
}

export interface SignerOptions {
  /** Path of the signature file, for messages. */
  readonly signature: string;
  readonly signal?: AbortSignal | undefined;
  /** Whether the signature of another signer may be replaced. */
  readonly force?: boolean | undefined;
}
