import { basename } from "node:path";
import * as v from "valibot";
import { CancellationError, l10n, window } from "vscode";
import { ProvenanceError } from "../../core/errors.ts";
import type { SignOptions } from "../../core/sign.ts";
import { messageText } from "../../platform/plain-text.ts";

const REPLACED = v.object({ path: v.string(), claimedSigner: v.string(), subject: v.optional(v.string()) });
const KEYS = v.object({ names: v.pipe(v.array(v.string()), v.minLength(1)), count: v.number() });

/**
 * What the person agrees to after signing was rejected: to replace the signature of another model or signer, or to leave
 * private keys out. Enter never agrees to replace a signature.
 *
 * @throws CancellationError, and `error` where there is nothing to agree to
 */
export async function agreedAttempt(error: unknown, name: string): Promise<Pick<SignOptions, "force" | "ignorePaths">> {
  if (!(error instanceof ProvenanceError)) throw error;
  switch (error.code) {
    case "SIGNATURE_OTHER_MODEL":
    case "SIGNATURE_OTHER_SIGNER":
      await agreeToReplace(error);
      return { force: true };
    case "MODEL_PRIVATE_KEY":
      return { ignorePaths: await agreeToLeaveOut(error, name) };
    default:
      throw error;
  }
}

async function agreeToReplace(error: ProvenanceError): Promise<void> {
  const { path, claimedSigner, subject } = v.parse(REPLACED, error.details);
  const file = messageText(basename(path));
  const keep = l10n.t("Keep Signature");
  const replace = l10n.t("Replace Signature");
  const question =
    subject === undefined
      ? l10n.t("{0} is not your signature. Replace it?", file)
      : l10n.t("{0} is the signature of another model. Replace it?", file);
  const detail = [
    l10n.t("Signer, as the file claims: {0}", messageText(claimedSigner)),
    ...(subject === undefined ? [] : [l10n.t("Model: {0}", messageText(subject))]),
    messageText(path),
  ].join("\n");
  const answer = await window.showWarningMessage(question, { modal: true, detail }, keep, replace);
  if (answer !== replace) throw new CancellationError();
}

async function agreeToLeaveOut(error: ProvenanceError, name: string): Promise<string[]> {
  const keys = v.safeParse(KEYS, error.details);
  if (!keys.success || keys.output.count > keys.output.names.length) throw error;
  const { names } = keys.output;
  const without = names.length === 1 ? l10n.t("Sign Without It") : l10n.t("Sign Without Them");
  const question =
    names.length === 1
      ? l10n.t("{0} holds a private key: {1}", messageText(name), messageText(names[0] ?? ""))
      : l10n.t("{0} holds {1} private keys", messageText(name), names.length);
  const detail = [
    ...names.slice(0, 10).map(messageText),
    "",
    l10n.t("Everyone who gets the model gets its files. Move keys out of the model; a signature can leave them out."),
  ].join("\n");
  if ((await window.showWarningMessage(question, { modal: true, detail }, without)) !== without) {
    throw new CancellationError();
  }
  return names;
}
