import { l10n } from "vscode";
import { shortHex } from "../core/presentation/bytes-and-time.ts";
import { commonName } from "../core/verification/distinguished-name.ts";
import { plainText } from "../platform/plain-text.ts";
import type { UnknownSignerGroup } from "../workspace/unknown-signers.ts";

/** Which models a missing key or root certificate concerns, and what the signatures call it, which proves nothing. */
export function unknownSignerText(group: UnknownSignerGroup): string {
  return [concernText(group), claimText(group)].join(" ").trim();
}

function concernText({ kind, models: { length } }: UnknownSignerGroup): string {
  if (kind === "certificate") {
    return length === 1
      ? l10n.t("1 model names a certificate authority that you don't trust.")
      : l10n.t("{0} models name a certificate authority that you don't trust.", length);
  }
  return length === 1
    ? l10n.t("1 model is signed with a key that you don't trust.")
    : l10n.t("{0} models are signed with a key that you don't trust.", length);
}

function claimText({ kind, claims }: UnknownSignerGroup): string {
  if (claims === "") return "";
  return kind === "certificate"
    ? l10n.t("It calls itself {0}.", plainText(commonName(claims)))
    : l10n.t("Its SHA-256 fingerprint is {0}.", plainText(shortHex(claims)));
}
