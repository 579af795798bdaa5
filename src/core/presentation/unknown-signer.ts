import type { ErrorCode } from "../errors.ts";
import type { Verdict } from "../verdict.ts";
import type { Translate } from "./localizer.ts";
import { isException } from "./verdict-labels.ts";

/** What is missing to verify a signature, as far as the signature itself says. None of it is verified. */
export interface UnknownSigner {
  readonly kind: "key" | "certificate";
  /** Of a key the fingerprint, of a certificate the distinguished name of its root (RFC 4514); empty if it says none. */
  readonly claims: string;
}

const UNKNOWN_KEY: readonly ErrorCode[] = ["KEY_UNKNOWN", "KEY_MISMATCH"];
const UNKNOWN_ROOT: readonly ErrorCode[] = ["CERTIFICATE_NO_ROOTS", "CERTIFICATE_UNTRUSTED_ROOT"];

/** The key or root certificate that is missing to verify a model; undefined where something else is. */
export function unknownSigner({ state, reasons }: Pick<Verdict, "state" | "reasons">): UnknownSigner | undefined {
  if (state !== "unverifiable") return undefined;
  for (const { code, details } of reasons) {
    if (UNKNOWN_KEY.includes(code)) return { kind: "key", claims: String(details["found"] ?? "") };
    if (UNKNOWN_ROOT.includes(code)) return { kind: "certificate", claims: String(details["authority"] ?? "") };
  }
  return undefined;
}

/**
 * The label of the action that makes a signer trusted, wherever it is offered; undefined where trusting a signer would not
 * help. Where a policy covers the model, the policy has to accept the signer.
 */
export function trustLabel(verdict: Verdict, t: Translate): string | undefined {
  if (verdict.state === "untrusted") return isException(verdict) ? undefined : t("Trust Signer…");
  const unknown = unknownSigner(verdict);
  if (unknown === undefined) return undefined;
  if (verdict.decision !== undefined) return t("Trust Signer…");
  return unknown.kind === "key" ? t("Trust Key…") : t("Trust Root Certificate…");
}
