import { stat } from "node:fs/promises";
import * as v from "valibot";
import {
  type CancellationToken,
  LanguageModelTextPart,
  LanguageModelToolResult,
  l10n,
  MarkdownString,
  type PreparedToolInvocation,
  workspace,
} from "vscode";
import type { Verdict } from "../../core/verdict.ts";
import { isCancellation } from "../../platform/commands.ts";
import { escapeMarkdown } from "../../platform/markdown-text.ts";
import { middleShortened, plainText } from "../../platform/plain-text.ts";
import { checkUntilStable } from "../check-until-stable.ts";
import type { Services } from "../services.ts";
import { findRequestedPath, isCovered, modelAround, type RequestedPath } from "./requested-path.ts";
import { type AgentReport, failureForAgents, verdictForAgents } from "./verdict-for-agents.ts";

const INPUT = v.object({ path: v.pipe(v.string(), v.nonEmpty(), v.maxLength(4096)) });

/** Characters of the path in the question. */
const SHOWN = 200;

/** The question to the user before an agent may verify a model. */
export function confirmVerification(input: unknown): PreparedToolInvocation {
  const parsed = v.safeParse(INPUT, input);
  const path = middleShortened(plainText(parsed.success ? parsed.output.path : ""), SHOWN);
  const about = l10n.t(
    "Reads the signature and the files of this model on this machine, and reuses cached digests of unchanged files. The agent receives the verdict, the signer, the policy decisions and the names of files that differ, but no content. Nothing is written or signed.",
  );
  const message = new MarkdownString(`${escapeMarkdown(path)}\n\n${escapeMarkdown(about)}`);
  return {
    invocationMessage: l10n.t("Verifying a model"),
    confirmationMessages: { title: l10n.t("Verify Model?"), message },
  };
}

/**
 * Verifies the model that an agent asks about, and returns the verdict. Reads only.
 *
 * @throws Error with a sentence for the agent
 */
export async function verifyForAgent(
  input: unknown,
  token: CancellationToken,
  services: Services,
): Promise<LanguageModelToolResult> {
  const parsed = v.safeParse(INPUT, input);
  if (!parsed.success) throw new Error("`path` is missing: the model's folder or file, relative to the workspace.");
  const folders = (workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath);
  const requested = await findRequestedPath(parsed.output.path, folders);
  const abort = new AbortController();
  const subscription = token.onCancellationRequested(() => abort.abort());
  try {
    const verdict = await verdictOn(requested, abort.signal, services);
    return answer(verdictForAgents(verdict, requested.shown, isCovered(verdict, requested.path)));
  } catch (error) {
    if (isCancellation(error)) throw error;
    return answer(failureForAgents(error, requested.path, requested.shown));
  } finally {
    subscription.dispose();
  }
}

async function verdictOn(requested: RequestedPath, signal: AbortSignal, services: Services): Promise<Verdict> {
  const { registry, checker, engine } = services;
  const { path, signatures = [] } = await modelAround(requested, (at) => registry.get(at) !== undefined, engine);
  if (registry.get(path) === undefined) {
    if (signatures.length === 0) return { state: "unsigned", model: path, reasons: [] };
    const kind = (await stat(path)).isDirectory() ? "directory" : "file";
    registry.add({ path, kind, signatures }, requested.folder);
  }
  return checkUntilStable(checker, path, { asked: true, mode: "cached", signal });
}

function answer(report: AgentReport): LanguageModelToolResult {
  return new LanguageModelToolResult([new LanguageModelTextPart(JSON.stringify(report, undefined, 2))]);
}
