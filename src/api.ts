import { EventEmitter, Uri } from "vscode";
import type { ModelProvenanceApi } from "../api.d.ts";
import type { Origin } from "./core/origin/origin.ts";
import type { Verdict } from "./core/verdict.ts";
import { frozen } from "./engine/long-lists.ts";
import type { Origins } from "./workspace/origins.ts";
import type { ModelRegistry } from "./workspace/registry.ts";

/** What other extensions get from `activate`: what `api.d.ts` promises them, with all that a verdict has. */
export interface Api extends ModelProvenanceApi {
  getVerdict(uri: Uri): Verdict | undefined;
  getOrigin(uri: Uri): Origin | undefined;
}

export function createApi(registry: ModelRegistry, origins: Origins): Api {
  // An error in a listener of another extension must not affect the others.
  const changed = new EventEmitter<readonly Uri[]>();
  registry.onDidChange(({ paths, progress }) => {
    if (!progress && paths.length > 0) changed.fire(paths.map((path) => Uri.file(path)));
  });
  return {
    version: 2,
    // Every surface shows this value, so other extensions must not write to it.
    getVerdict: (uri) => (uri.scheme === "file" ? frozen(registry.get(uri.fsPath)?.verdict) : undefined),
    getOrigin: (uri) => (uri.scheme === "file" ? origins.get(uri.fsPath)?.origin : undefined),
    onDidChangeVerdict: changed.event,
  };
}
