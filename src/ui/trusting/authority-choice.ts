import { realpath } from "node:fs/promises";
import { isAbsolute, relative, sep } from "node:path";
import { CancellationError, l10n, type QuickPickItem, window } from "vscode";
import { ProvenanceError, systemCode } from "../../core/errors.ts";
import type { AuthorityChoice, ProvenSigner } from "../../core/policy/editing/signer-authority.ts";
import type { PathOrData } from "../../core/policy/policy-document.ts";
import { signerText } from "../../core/presentation/signer-text.ts";
import { messageText } from "../../platform/plain-text.ts";
import { themeIcon } from "../theme.ts";
import type { SignerEvidence } from "./identify-signer.ts";

interface ChoiceItem extends QuickPickItem {
  readonly choice: AuthorityChoice;
}

/**
 * Asks how the policy names the signer; the narrowest choice is first.
 *
 * @param folder paths in the policy are relative to it
 * @param taken names of the authorities of the policy
 * @throws CancellationError; ProvenanceError where a policy cannot name the signer
 */
export async function chooseAuthority(
  evidence: SignerEvidence,
  folder: string,
  taken: readonly string[],
): Promise<AuthorityChoice> {
  const items = await choicesFor(evidence, folder, taken);
  const [only] = items;
  if (only === undefined) {
    throw new ProvenanceError("USAGE", l10n.t("The signer's certificate has no name that a policy can match."));
  }
  if (items.length === 1) return only.choice;
  const title = messageText(l10n.t("Trust {0}", signerText(evidence.signer, l10n.t)));
  const chosen = await window.showQuickPick(items, {
    title,
    placeHolder: l10n.t("Select what the policy accepts"),
    matchOnDescription: true,
  });
  if (chosen === undefined) throw new CancellationError();
  return chosen.choice;
}

async function choicesFor(
  evidence: SignerEvidence,
  folder: string,
  taken: readonly string[],
): Promise<readonly ChoiceItem[]> {
  const { authoritiesFor } = await import("../../core/policy/editing/signer-authority.ts");
  const proven = await provenSigners(evidence, folder);
  return proven.flatMap((one) => authoritiesFor(one, taken).map((choice) => ({ choice, ...itemFor(choice, one) })));
}

/** The signer, once for each way in which the policy can refer to the key or the root. */
async function provenSigners(evidence: SignerEvidence, folder: string): Promise<readonly ProvenSigner[]> {
  const { signer } = evidence;
  if (signer.method === "sigstore") {
    const trustConfig = "trustConfig" in evidence ? evidence.trustConfig : undefined;
    if (trustConfig === undefined) return [{ signer }];
    const inside = await pathInside(folder, trustConfig);
    if (inside !== undefined) return [{ signer, trustConfig: inside }];
    throw new ProvenanceError(
      "USAGE",
      l10n.t(
        "The signer's certificate comes from a private Sigstore instance whose configuration {0} is outside the policy's folder. Copy it to .sigstore/ in that folder and try again.",
        trustConfig,
      ),
      { details: { label: trustConfig } },
    );
  }
  if (!("pem" in evidence)) return [];
  const inside = evidence.file === undefined ? undefined : await pathInside(folder, evidence.file);
  const sources: PathOrData[] = [{ data: evidence.pem }, ...(inside === undefined ? [] : [{ path: inside }])];
  return sources.map((source) => (signer.method === "key" ? { signer, key: source } : { signer, roots: source }));
}

/** The path in the form of policies; undefined where the file is not in the folder, links followed. */
async function pathInside(folder: string, file: string): Promise<string | undefined> {
  try {
    const inside = relative(await realpath(folder), await realpath(file));
    return inside === ".." || inside.startsWith(`..${sep}`) || isAbsolute(inside)
      ? undefined
      : inside.split(sep).join("/");
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return undefined;
  }
}

function itemFor({ scope, text }: AuthorityChoice, proven: ProvenSigner): QuickPickItem {
  const source = "key" in proven ? proven.key : "roots" in proven ? proven.roots : {};
  const reference =
    source.path === undefined
      ? l10n.t("embedded in the policy")
      : l10n.t("referenced by its path {0}: anyone who can change that file changes whom you trust", source.path);
  const [icon, label, detail] = {
    key: () => ["key", l10n.t("This key"), reference],
    subject: () => [
      "file-badge",
      l10n.t("This subject under this root"),
      l10n.t("Certificates under the root with exactly this subject. The root is {0}", reference),
    ],
    "alternative-name": () => [
      "file-badge",
      l10n.t("This name under this root"),
      l10n.t("Certificates under the root with exactly this name. The root is {0}", reference),
    ],
    identity: () => ["account", l10n.t("This identity")],
    "workflow-at-ref": () => [
      "github-action",
      l10n.t("This workflow, at this branch or tag"),
      l10n.t("Releases from other tags are not accepted"),
    ],
    "workflow-at-any-tag": () => [
      "tag",
      l10n.t("This workflow, at any tag"),
      l10n.t("Future releases are accepted too: anyone who can push a tag to the repository can sign"),
    ],
  }[scope]();
  return {
    label: label ?? "",
    description: messageText(text),
    ...(detail !== undefined && { detail: messageText(detail) }),
    iconPath: themeIcon(icon ?? ""),
  };
}
