import { l10n } from "vscode";
import type { SigningIdentity, SignResult } from "../../core/operations/sign/sign.ts";
import type { PemSource } from "../../core/trust.ts";
import type { ProgressReport } from "../../platform/progress.ts";

/** How a model is signed, as the user chose. */
export interface SigningMethod {
  /** Asked before anything happens: "Sign llama-3-8b with the key prod.pem?" */
  question(name: string): string;
  /** Sentences of the question beside those about the files. */
  readonly notes: readonly string[];
  /** Called when the user has confirmed. */
  identity(report: ProgressReport, signal: AbortSignal): Promise<SigningIdentity>;
  /** "Signed llama-3-8b with the key prod.pem." */
  done(name: string, result: SignResult): string;
  /** Of a key that signs without a certificate. */
  readonly publicKey?: PemSource;
}

/** @param label of the key */
export function keyMethod(label: string, identity: SigningIdentity, publicKey: PemSource): SigningMethod {
  return {
    question: (name) => l10n.t("Sign {0} with the key {1}?", name, label),
    notes: [],
    identity: async () => identity,
    done: (name) => l10n.t("Signed {0} with the key {1}.", name, label),
    publicKey,
  };
}
