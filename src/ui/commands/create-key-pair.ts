import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, extname, join } from "node:path";
import { CancellationError, env, l10n, Uri, window, workspace } from "vscode";
import { notify } from "../../platform/commands.ts";
import { messageText } from "../../platform/plain-text.ts";
import { askInDialog } from "../ask.ts";
import type { Services } from "../services.ts";
import { askSecret } from "./ask-secret.ts";
import { publicLabel } from "./choose-key-file.ts";

/**
 * Create Key Pair…: writes a new private key and its public key, outside of the workspace, where it would be shared.
 *
 * @returns the absolute path of the private key, and its passphrase
 * @throws CancellationError
 */
export async function createKeyPair(services: Services) {
  const file = await chooseFile(services);
  const publicKey = publicKeyOf(file);
  const { passphrase, keep } = await askNewPassphrase(basename(file));
  const core = await import("../../core/signing/create-key-pair.ts");
  await core.createKeyPair({ privateKey: file, publicKey }, passphrase);
  const { readPem } = await import("../../platform/trust.ts");
  if (keep && passphrase !== undefined) await services.passphrases.keep((await readPem(file)).pem, passphrase);
  await services.keyFiles.used(file);
  const text = l10n.t(
    "Created {0} and {1}. Keep {0} secret, and give {1} to those who verify your models.",
    basename(file),
    basename(publicKey),
  );
  const run = async () => env.clipboard.writeText((await readPem(publicKey)).pem);
  notify(services.log, "information", text, { label: l10n.t("Copy Public Key"), run });
  return { file, passphrase };
}

async function chooseFile({ registry }: Services): Promise<string> {
  for (;;) {
    const uri = await window.showSaveDialog({
      title: l10n.t("Save the New Private Key"),
      saveLabel: l10n.t("Create Key Pair"),
      // Never in the workspace.
      defaultUri: Uri.file(join(homedir(), "model-signing.pem")),
      filters: { PEM: ["pem"] },
    });
    if (uri === undefined) throw new CancellationError();
    const file = extname(uri.fsPath) === "" ? `${uri.fsPath}.pem` : uri.fsPath;
    const problem = problemOf(file, registry);
    if (problem === undefined) return file;
    const again = l10n.t("Choose Again…");
    if ((await askInDialog("error", problem, [], again)) !== again) throw new CancellationError();
  }
}

/** Why the private key cannot be written there, if so. */
function problemOf(file: string, registry: Services["registry"]): string | undefined {
  const taken = [file, publicKeyOf(file)].find((path) => existsSync(path));
  if (taken !== undefined) {
    return l10n.t("{0} already exists. A key is never overwritten: choose another name.", basename(taken));
  }
  const isInside = workspace.getWorkspaceFolder(Uri.file(file)) !== undefined || registry.holding(file).length > 0;
  if (!isInside) return undefined;
  const name = basename(file);
  return l10n.t("{0} would be in the workspace, where a private key is easily shared. Save it elsewhere.", name);
}

function publicKeyOf(privateKey: string): string {
  return join(dirname(privateKey), publicLabel(basename(privateKey)));
}

async function askNewPassphrase(label: string) {
  const name = messageText(label);
  const title = l10n.t("Create Key Pair");
  for (let problem: string | undefined; ; problem = l10n.t("The passphrases differ. Try again.")) {
    const prompt = (keep: boolean): string =>
      keep
        ? l10n.t("New passphrase of {0}, saved in secret storage. Leave it empty for none.", name)
        : l10n.t("New passphrase of {0}. Leave it empty for none.", name);
    const { text, keep } = await askSecret({ title, prompt, problem });
    if (text === "") return { passphrase: undefined, keep: false };
    const again = await askSecret({ title, prompt: () => l10n.t("The same passphrase again") });
    if (again.text === text) return { passphrase: text, keep: keep || again.keep };
  }
}
