import { basename } from "node:path";
import * as v from "valibot";
import { CancellationError, l10n, window } from "vscode";
import { ProvenanceError } from "../../core/errors.ts";
import type { SignOptions } from "../../core/sign.ts";
import { messageText } from "../../platform/plain-text.ts";

const REPLACED = v.object({ path: v.string(), claimedSigner: v.string(), subject: v.optional(v.string()) });
const KEYS = v.object({ names: v.pipe(v.array(v.string()), v.minLength(1)), count: v.number() });

/**
 * What the person agrees to after signing was rejected: to replace the signature of another model or signer, to leave
 * private keys and the like out, or to sign a model that is incomplete. Enter never agrees to replace a signature, or to
 * sign what is incomplete.
 *
 * @throws CancellationError, and `error` where there is nothing to agree to
 */
export async function agreedAttempt(
  error: unknown,
  name: string,
): Promise<Pick<SignOptions, "force" | "ignorePaths" | "allowIncomplete">> {
  if (!(error instanceof ProvenanceError)) throw error;
  switch (error.code) {
    case "SIGNATURE_OTHER_MODEL":
    case "SIGNATURE_OTHER_SIGNER":
      await agreeToReplace(error);
      return { force: true };
    case "MODEL_PRIVATE_KEY":
      return { ignorePaths: await agreeToLeaveOut(error, (names) => keysQuestion(name, names)) };
    case "MODEL_ENV_FILE":
      return { ignorePaths: await agreeToLeaveOut(error, ([first = ""]) => envQuestion(name, first)) };
    case "MODEL_INCOMPLETE":
      await agreeToIncomplete(error, name);
      return { allowIncomplete: true };
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

function keysQuestion(name: string, names: readonly string[]): string {
  return names.length === 1
    ? l10n.t("{0} holds a private key: {1}", messageText(name), messageText(names[0] ?? ""))
    : l10n.t("{0} holds {1} private keys", messageText(name), names.length);
}

function envQuestion(name: string, file: string): string {
  return l10n.t("{0} has a file for passwords and tokens: {1}", messageText(name), messageText(file));
}

async function agreeToIncomplete({ details }: ProvenanceError, name: string): Promise<void> {
  const signs = details["signs"];
  const stop = l10n.t("Don't Sign");
  const sign = l10n.t("Sign As It Is");
  const detail = typeof signs === "string" ? messageText(signs) : "";
  const question = l10n.t("{0} is incomplete", messageText(name));
  const answer = await window.showWarningMessage(question, { modal: true, detail }, stop, sign);
  if (answer !== sign) throw new CancellationError();
}

async function agreeToLeaveOut(
  error: ProvenanceError,
  questionFor: (names: readonly string[]) => string,
): Promise<string[]> {
  const keys = v.safeParse(KEYS, error.details);
  if (!keys.success || keys.output.count > keys.output.names.length) throw error;
  const { names } = keys.output;
  const without = names.length === 1 ? l10n.t("Sign Without It") : l10n.t("Sign Without Them");
  const question = questionFor(names);
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
