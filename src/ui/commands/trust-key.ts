import { CancellationError, l10n } from "vscode";
import { ProvenanceError } from "../../core/errors.ts";
import { unknownSigner } from "../../core/presentation/unknown-signer.ts";
import type { PemSource } from "../../core/trust.ts";
import { commonName } from "../../core/verification/distinguished-name.ts";
import { ActionableError } from "../../platform/commands.ts";
import { plainText } from "../../platform/plain-text.ts";
import { readPem, type TrustKind } from "../../platform/trust.ts";
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
  path: string,
  kind: TrustKind,
  services: Services,
  again?: () => unknown,
): Promise<{ readonly file: string; readonly source: PemSource }> {
  const title = kind === "key" ? l10n.t("Choose the Signer's Public Key") : rootTitle(path, services);
  const file = await browseForPem(title);
  const source = await readPem(file);
  await requireMatch(path, source, services, again);
  return { file, source };
}

/** Names whose root certificate is wanted, as far as the signature says. */
function rootTitle(path: string, { registry }: Services): string {
  const model = registry.get(path);
  const claims = model === undefined ? "" : (unknownSigner(model.verdict)?.claims ?? "");
  return claims === ""
    ? l10n.t("Choose the Root Certificate")
    : l10n.t("Choose the Root Certificate of {0}", plainText(commonName(claims)));
}

/** Rejects a key or certificate that this model was not signed with, before the user is asked to trust it. */
async function requireMatch(
  path: string,
  source: PemSource,
  services: Services,
  again: (() => unknown) | undefined,
): Promise<void> {
  const signature = services.registry.get(path)?.verdict.signature;
  if (signature === undefined) throw new CancellationError();
  const kind = kindOf(source);
  const trust = trustIn(source);
  const { state, reasons } = await services.engine.authenticate({ model: path, signature, trust });
  const [reason] = reasons;
  if (state === "unchecked" || reason === undefined) return;
  if (again === undefined) throw new ProvenanceError(reason.code, reason.message, { details: reason.details });
  const label = kind === "key" ? l10n.t("Choose Key…") : l10n.t("Choose Certificate…");
  throw new ActionableError(reason.message, { label, run: again });
}
