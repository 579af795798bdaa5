import { realpath } from "node:fs/promises";
import { relative, sep } from "node:path";
import { CancellationError, l10n, type QuickPickItem, window } from "vscode";
import { ProvenanceError, systemCode } from "../../core/errors.ts";
import type { AuthorityChoice, ProvenSigner } from "../../core/policy/editing/signer-authority.ts";
import type { PathOrData } from "../../core/policy/policy-document.ts";
import { signerText } from "../../core/presentation/signer-text.ts";
import { messageText } from "../../platform/plain-text.ts";
import { themeIcon } from "../theme.ts";
import type { Proof } from "./prove-signer.ts";

interface ChoiceItem extends QuickPickItem {
  readonly choice: AuthorityChoice;
}

/**
 * How the policy is to name the signer: by the narrowest way, unless the person takes a wider one.
 *
 * @param folder what paths in the policy are relative to
 * @param taken names of authorities that the policy has
 * @throws CancellationError; ProvenanceError where the policy cannot name what the signer was checked against
 */
export async function chooseAuthority(
  proof: Proof,
  folder: string,
  taken: readonly string[],
): Promise<AuthorityChoice> {
  const items = await choicesFor(proof, folder, taken);
  const [only] = items;
  if (only === undefined) {
    throw new ProvenanceError("USAGE", l10n.t("The signer's certificate names nobody whom a policy could name."));
  }
  if (items.length === 1) return only.choice;
  const title = messageText(l10n.t("Trust {0}", signerText(proof.signer, l10n.t)));
  const chosen = await window.showQuickPick(items, {
    title,
    placeHolder: l10n.t("Choose what the policy accepts"),
    matchOnDescription: true,
  });
  if (chosen === undefined) throw new CancellationError();
  return chosen.choice;
}

async function choicesFor(proof: Proof, folder: string, taken: readonly string[]): Promise<readonly ChoiceItem[]> {
  const { authoritiesFor } = await import("../../core/policy/editing/signer-authority.ts");
  const proven = await provenSigners(proof, folder);
  return proven.flatMap((one) => authoritiesFor(one, taken).map((choice) => itemFor(choice, one)));
}

/** The same signer, once for each way in which the policy can hold the key or the root. */
async function provenSigners(proof: Proof, folder: string): Promise<readonly ProvenSigner[]> {
  const { signer } = proof;
  if (signer.method === "sigstore") {
    const trustConfig = "trustConfig" in proof ? proof.trustConfig : undefined;
    if (trustConfig === undefined) return [{ signer }];
    const inside = await pathInside(folder, trustConfig);
    if (inside !== undefined) return [{ signer, trustConfig: inside }];
    throw new ProvenanceError(
      "USAGE",
      l10n.t(
        "The signer is certified by a private Sigstore instance, and its configuration {0} lies outside the policy's folder. Copy it to .sigstore/ there, and try again.",
        trustConfig,
      ),
      { details: { label: trustConfig } },
    );
  }
  if (!("pem" in proof)) return [];
  const inside = proof.file === undefined ? undefined : await pathInside(folder, proof.file);
  const sources: PathOrData[] = [{ data: proof.pem }, ...(inside === undefined ? [] : [{ path: inside }])];
  return sources.map((source) => (signer.method === "key" ? { signer, key: source } : { signer, roots: source }));
}

/** As a policy has it; undefined where the file is not in the folder, links followed. */
async function pathInside(folder: string, file: string): Promise<string | undefined> {
  try {
    const way = relative(await realpath(folder), await realpath(file));
    return way === ".." || way.startsWith(`..${sep}`) || /^([A-Za-z]:|[\\/])/.test(way)
      ? undefined
      : way.split(sep).join("/");
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return undefined;
  }
}

function itemFor(choice: AuthorityChoice, proven: ProvenSigner): ChoiceItem {
  return { choice, ...wordsFor(choice, proven) };
}

function wordsFor({ scope, text }: AuthorityChoice, proven: ProvenSigner): QuickPickItem {
  const source = "key" in proven ? proven.key : "roots" in proven ? proven.roots : {};
  const held =
    source.path === undefined
      ? l10n.t("written into the policy")
      : l10n.t("named by its path {0}: whoever can change that file changes whom you trust", source.path);
  const shown = messageText(text);
  switch (scope) {
    case "key":
      return { label: l10n.t("This key"), description: shown, detail: messageText(held), iconPath: themeIcon("key") };
    case "subject":
      return {
        label: l10n.t("This subject under this root"),
        description: shown,
        detail: messageText(l10n.t("Certificates under the root with exactly this subject. The root is {0}", held)),
        iconPath: themeIcon("file-badge"),
      };
    case "alternative-name":
      return {
        label: l10n.t("This name under this root"),
        description: shown,
        detail: messageText(l10n.t("Certificates under the root with exactly this name. The root is {0}", held)),
        iconPath: themeIcon("file-badge"),
      };
    case "identity":
      return { label: l10n.t("This identity"), description: shown, iconPath: themeIcon("account") };
    case "workflow-at-ref":
      return {
        label: l10n.t("This workflow, at this branch or tag"),
        description: shown,
        detail: l10n.t("The next release, from another tag, is not accepted"),
        iconPath: themeIcon("github-action"),
      };
    case "workflow-at-any-tag":
      return {
        label: l10n.t("This workflow, at any tag"),
        description: shown,
        detail: l10n.t("Releases to come are accepted too: whoever may push a tag to the repository may sign"),
        iconPath: themeIcon("tag"),
      };
  }
}
