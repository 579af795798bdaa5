import { basename } from "node:path";
import * as v from "valibot";
import { CancellationError, l10n } from "vscode";
import { ProvenanceError } from "../../core/errors.ts";
import type { SignOptions } from "../../core/operations/sign/sign.ts";
import { askInDialog } from "../ask.ts";

const Replaced = v.object({ path: v.string(), claimedSigner: v.string(), subject: v.optional(v.string()) });
const Keys = v.object({ names: v.pipe(v.array(v.string()), v.minLength(1)), count: v.number() });

/**
 * Asks, after signing was rejected, whether to replace the signature of another model or signer, to exclude private keys
 * and `.env` files, or to sign an incomplete model. Enter never replaces a signature, and never signs what is incomplete.
 *
 * @throws CancellationError, and `error` where there is nothing to ask
 */
export async function confirmOverride(
  error: unknown,
  name: string,
): Promise<Pick<SignOptions, "force" | "ignorePaths" | "allowIncomplete">> {
  if (!(error instanceof ProvenanceError)) throw error;
  const { code } = error;
  if (code === "SIGNATURE_OTHER_MODEL" || code === "SIGNATURE_OTHER_SIGNER") {
    await confirmReplacingOther(error);
    return { force: true };
  }
  if (code === "MODEL_INCOMPLETE") {
    await confirmIncomplete(error, name);
    return { allowIncomplete: true };
  }
  if (code !== "MODEL_PRIVATE_KEY" && code !== "MODEL_ENV_FILE") throw error;
  const question = code === "MODEL_ENV_FILE" ? envQuestion : keysQuestion;
  return { ignorePaths: await confirmExcluding(error, (names) => question(name, names)) };
}

async function confirmReplacingOther({ details }: ProvenanceError): Promise<void> {
  const { path, claimedSigner, subject } = v.parse(Replaced, details);
  const file = basename(path);
  const keep = l10n.t("Keep Signature");
  const replace = l10n.t("Replace Signature");
  const question =
    subject === undefined
      ? l10n.t("{0} is not your signature. Replace it?", file)
      : l10n.t("{0} is the signature of another model. Replace it?", file);
  const lines = [
    l10n.t("Signer according to the file: {0}", claimedSigner),
    ...(subject === undefined ? [] : [l10n.t("Model: {0}", subject)]),
    path,
  ];
  if ((await askInDialog("warning", question, [lines], keep, replace)) !== replace) throw new CancellationError();
}

function keysQuestion(name: string, names: readonly string[]): string {
  return names.length === 1
    ? l10n.t("{0} contains a private key: {1}", name, names[0] ?? "")
    : l10n.t("{0} contains {1} private keys", name, names.length);
}

function envQuestion(name: string, [file = ""]: readonly string[]): string {
  return l10n.t("{0} contains a file for passwords and tokens: {1}", name, file);
}

async function confirmIncomplete({ details }: ProvenanceError, name: string): Promise<void> {
  const signs = details["signs"];
  const stop = l10n.t("Don't Sign");
  const sign = l10n.t("Sign Incomplete Model");
  const lines = typeof signs === "string" ? [signs] : [];
  const answer = await askInDialog("warning", l10n.t("{0} is incomplete", name), [lines], stop, sign);
  if (answer !== sign) throw new CancellationError();
}

async function confirmExcluding(error: ProvenanceError, ask: (names: readonly string[]) => string): Promise<string[]> {
  const keys = v.safeParse(Keys, error.details);
  if (!keys.success || keys.output.count > keys.output.names.length) throw error;
  const { names } = keys.output;
  const without = names.length === 1 ? l10n.t("Sign Without It") : l10n.t("Sign Without Them");
  const why = l10n.t(
    "Everyone who gets the model gets its files. Move such files out of the model, or sign without them.",
  );
  const answer = await askInDialog("warning", ask(names), [names.slice(0, 10), [why]], without);
  if (answer !== without) throw new CancellationError();
  return names;
}
