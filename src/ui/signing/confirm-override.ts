import { basename } from "node:path";
import * as v from "valibot";
import { CancellationError, l10n, window } from "vscode";
import { ProvenanceError } from "../../core/errors.ts";
import type { SignOptions } from "../../core/sign.ts";
import { messageText } from "../../platform/plain-text.ts";

const Replaced = v.object({ path: v.string(), claimedSigner: v.string(), subject: v.optional(v.string()) });
const Keys = v.object({ names: v.pipe(v.array(v.string()), v.minLength(1)), count: v.number() });

/**
 * Asks, after signing was rejected, whether to replace the signature of another model or signer, or to exclude private
 * keys. Enter never replaces a signature.
 *
 * @throws CancellationError, and `error` where there is nothing to ask
 */
export async function confirmOverride(
  error: unknown,
  name: string,
): Promise<Pick<SignOptions, "force" | "ignorePaths">> {
  if (!(error instanceof ProvenanceError)) throw error;
  switch (error.code) {
    case "SIGNATURE_OTHER_MODEL":
    case "SIGNATURE_OTHER_SIGNER":
      await confirmReplacingOther(error);
      return { force: true };
    case "MODEL_PRIVATE_KEY":
      return { ignorePaths: await confirmExcludingKeys(error, name) };
    default:
      throw error;
  }
}

async function confirmReplacingOther({ details }: ProvenanceError): Promise<void> {
  const { path, claimedSigner, subject } = v.parse(Replaced, details);
  const file = messageText(basename(path));
  const keep = l10n.t("Keep Signature");
  const replace = l10n.t("Replace Signature");
  const question =
    subject === undefined
      ? l10n.t("{0} is not your signature. Replace it?", file)
      : l10n.t("{0} is the signature of another model. Replace it?", file);
  const detail = [
    l10n.t("Signer according to the file: {0}", messageText(claimedSigner)),
    ...(subject === undefined ? [] : [l10n.t("Model: {0}", messageText(subject))]),
    messageText(path),
  ].join("\n");
  const answer = await window.showWarningMessage(question, { modal: true, detail }, keep, replace);
  if (answer !== replace) throw new CancellationError();
}

async function confirmExcludingKeys(error: ProvenanceError, name: string): Promise<string[]> {
  const keys = v.safeParse(Keys, error.details);
  if (!keys.success || keys.output.count > keys.output.names.length) throw error;
  const { names } = keys.output;
  const without = names.length === 1 ? l10n.t("Sign Without It") : l10n.t("Sign Without Them");
  const question =
    names.length === 1
      ? l10n.t("{0} contains a private key: {1}", messageText(name), messageText(names[0] ?? ""))
      : l10n.t("{0} contains {1} private keys", messageText(name), names.length);
  const detail = [
    ...names.slice(0, 10).map(messageText),
    "",
    l10n.t("Everyone who gets the model gets its files. Move private keys out of the model, or sign without them."),
  ].join("\n");
  if ((await window.showWarningMessage(question, { modal: true, detail }, without)) !== without) {
    throw new CancellationError();
  }
  return names;
}
