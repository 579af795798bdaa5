import { l10n, workspace } from "vscode";
import { hasErrors } from "../../core/policy/diagnostics.ts";
import { verifyReport } from "../../core/verify-report.ts";
import { codeSpan } from "../../platform/markdown-text.ts";
import { visibleJson } from "../../platform/plain-text.ts";
import { locateModel } from "../../workspace/policies.ts";
import type { Services } from "../services.ts";
import { explanation, settled } from "./decision-report.ts";
import { markdownReport } from "./model-report.ts";

/** Why a model is accepted or not, in Markdown. */
export async function decisionText(path: string, services: Services): Promise<string> {
  const model = services.registry.get(path);
  if (model === undefined) return gone(path);
  const files = await services.policies.filesFor(model.folder);
  const policies = {
    user: files.user.flatMap((file) => file.policies),
    workspace: files.workspace.flatMap((file) => file.policies),
  };
  const at = locateModel(model);
  const publicSigstore = () => services.sigstore.publicInstance();
  return explanation({
    model,
    path: at.path,
    policies: await services.engine.explainPolicies({ model: path, ...at, policies, publicSigstore }),
    broken: [...files.user, ...files.workspace].filter(({ diagnostics }) => hasErrors(diagnostics)),
    workspaceTrusted: workspace.isTrusted,
  });
}

/** All that is known of a model, in Markdown: in words, and as `verify --json` of the terminal has it. */
export async function reportText(path: string, services: Services): Promise<string> {
  const model = services.registry.get(path);
  if (model === undefined) return gone(path);
  const verdict = settled(model);
  const json = JSON.stringify(verifyReport(verdict), undefined, 2);
  return [
    markdownReport({ ...model, verdict }),
    `### ${l10n.t("As JSON")}`,
    "",
    fenced(visibleJson(json), "json"),
    "",
  ].join("\n");
}

/** With a fence that does not occur in the text. */
function fenced(text: string, language: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}

function gone(path: string): string {
  return `${l10n.t("There is no model {0} any more.", codeSpan(path))}\n`;
}
