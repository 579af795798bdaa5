import { EventEmitter, Uri } from "vscode";
import type { ModelProvenanceApi } from "../api.d.ts";
import type { Verdict } from "./core/verdict.ts";
import { frozen } from "./engine/long-lists.ts";
import type { ModelRegistry } from "./workspace/registry.ts";

/** What other extensions get from `activate`: what `api.d.ts` promises them, with all that a verdict has. */
export interface Api extends ModelProvenanceApi {
  getVerdict(uri: Uri): Verdict | undefined;
}

export function createApi(registry: ModelRegistry): Api {
  // What a listener of another extension throws must not keep anybody from hearing of a verdict.
  const changed = new EventEmitter<readonly Uri[]>();
  const told = new Map<string, Verdict>();
  registry.onDidChange(({ paths }) => {
    const news = paths.filter((path) => isNews(path));
    if (news.length > 0) changed.fire(news.map((path) => Uri.file(path)));
  });
  return {
    version: 2,
    // Every surface shows this very value: nobody else may write to it.
    getVerdict: (uri) => (uri.scheme === "file" ? frozen(registry.get(uri.fsPath)?.verdict) : undefined),
    onDidChangeVerdict: changed.event,
  };

  /** The registry tells of progress, too. */
  function isNews(path: string): boolean {
    const verdict = registry.get(path)?.verdict;
    if (verdict !== undefined && told.get(path) === verdict) return false;
    if (verdict === undefined) told.delete(path);
    else told.set(path, verdict);
    return true;
  }
}
