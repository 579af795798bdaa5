import { CancellationError, l10n } from "vscode";
import { unknownSigner } from "../../core/presentation/unknown-signer.ts";
import type { PemSource } from "../../core/trust.ts";
import type { Verdict } from "../../core/verdict.ts";
import { commonName } from "../../core/verification/distinguished-name.ts";
import { ActionableError } from "../../platform/commands.ts";
import { plainText } from "../../platform/plain-text.ts";
import { readPem, type TrustKind } from "../../platform/trust.ts";
import type { KnownModel } from "../../workspace/registry.ts";
import type { Services } from "../services.ts";
import { accept, kindOf, trustIn } from "../trusting/accept-source.ts";
import { browseForPem } from "./choose-key-file.ts";

/** Trust Key…: adds a public key or a root certificate to the user's trust settings. */
export async function trustKey(services: Services): Promise<void> {
  const file = await browseForPem(l10n.t("Choose a Public Key or Root Certificate"));
  const source = await readPem(file);
  await accept(source, file, services);
}

/**
 * Asks for the key or root certificate that a model's signature needs, and rejects any other.
 *
 * @param again offered if another file is needed
 * @throws CancellationError, ActionableError
 */
export async function askForSource(
  { path, verdict }: KnownModel,
  kind: TrustKind,
  services: Services,
  again: () => unknown,
): Promise<{ readonly file: string; readonly source: PemSource }> {
  const title = kind === "key" ? l10n.t("Choose the Signer's Public Key") : rootTitle(verdict);
  const file = await browseForPem(title);
  const source = await readPem(file);
  const { signature } = verdict;
  if (signature === undefined) throw new CancellationError();
  const { state, reasons } = await services.engine.authenticate({ model: path, signature, trust: trustIn(source) });
  const [reason] = reasons;
  if (state === "unchecked" || reason === undefined) return { file, source };
  const label = kindOf(source) === "key" ? l10n.t("Choose Key…") : l10n.t("Choose Certificate…");
  throw new ActionableError(reason.message, { label, run: again });
}

/** Names whose root certificate is wanted, as far as the signature says. */
function rootTitle(verdict: Verdict): string {
  const claims = unknownSigner(verdict)?.claims ?? "";
  return claims === ""
    ? l10n.t("Choose the Root Certificate")
    : l10n.t("Choose the Root Certificate of {0}", plainText(commonName(claims)));
}
