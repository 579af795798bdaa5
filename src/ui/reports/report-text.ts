import { l10n, workspace } from "vscode";
import { verifyReport } from "../../core/operations/verify/verify-report.ts";
import { hasErrors } from "../../core/policy/diagnostics.ts";
import { codeSpan } from "../../platform/markdown-text.ts";
import { visibleJson } from "../../platform/plain-text.ts";
import { locateModel } from "../../workspace/policies.ts";
import { settledVerdict } from "../../workspace/registry.ts";
import type { Services } from "../services.ts";
import { modelReport } from "./model-report.ts";
import { policyReport } from "./policy-report.ts";
import type { ReportKind } from "./report-documents.ts";

/** Returns the verdict and the policy decision on a model in Markdown; a `report` has the output of `verify --json` too. */
export async function reportText(kind: ReportKind, path: string, services: Services): Promise<string> {
  const model = services.registry.get(path);
  if (model === undefined) return `${l10n.t("{0} is no longer in this workspace.", codeSpan(path))}\n`;
  const { user, workspace: shared } = await services.policies.filesFor(model.folder);
  const files = [...user, ...shared];
  const verdict = settledVerdict(model);
  const origin = services.origins.get(path);
  const sections = [
    modelReport(model, origin),
    policyReport({
      verdict,
      path: locateModel(model).path,
      policies: files.flatMap(({ policies }) => policies),
      broken: files.filter(({ diagnostics }) => hasErrors(diagnostics)),
      workspaceTrusted: workspace.isTrusted,
    }),
  ];
  if (kind === "report") {
    const json = visibleJson(JSON.stringify(verifyReport(verdict, origin?.origin), undefined, 2));
    sections.push(`### ${l10n.t("As JSON")}\n\n${fenced(json, "json")}\n`);
  }
  return sections.join("\n");
}

/** A code block whose fence does not occur in the text. */
function fenced(text: string, language: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}
