import { type Diagnostic, languages, Uri } from "vscode";
import { DisposableStore } from "../../platform/disposables.ts";
import { onSettingChanged, setting } from "../../platform/settings.ts";
import { decisionOf } from "../../workspace/registry.ts";
import type { Services } from "../services.ts";
import { type ModelProblem, problemsOf } from "./model-problems.ts";

export type ProblemServices = Pick<Services, "registry" | "policies" | "log">;

/** The problems of models in the Problems view. */
export class ModelsInProblems {
  readonly #services: ProblemServices;
  readonly #store = new DisposableStore();
  readonly #collection = this.#store.add(languages.createDiagnosticCollection("modelProvenance.models"));
  readonly #listed = new Map<string, readonly ModelProblem[]>();
  #updated: Promise<void> = Promise.resolve();

  constructor(services: ProblemServices) {
    this.#services = services;
    const { registry } = services;
    this.#store.add(
      registry.onDidChange(({ paths, progress }) => {
        if (!progress) this.#update(paths);
      }),
    );
    this.#store.add(onSettingChanged(["problems"], () => this.#update(registry.models.map(({ path }) => path))));
    this.#update(registry.models.map(({ path }) => path));
  }

  /** The problems that a diagnostic belongs to. */
  about(uri: Uri, diagnostic: Diagnostic): readonly ModelProblem[] {
    return [...this.#listed.values()]
      .flat()
      .filter(
        (problem) =>
          problem.uri.toString() === uri.toString() &&
          problem.code === diagnostic.code &&
          problem.diagnostic.message === diagnostic.message,
      );
  }

  /** Whether a file has problems. */
  has(uri: Uri): boolean {
    return (this.#collection.get(uri)?.length ?? 0) > 0;
  }

  dispose(): void {
    this.#store.dispose();
  }

  /** One update after another. */
  #update(paths: readonly string[]): void {
    this.#updated = this.#updated
      .then(() => this.#list(paths))
      .catch((error: unknown) => this.#services.log.error(error instanceof Error ? error : String(error)));
  }

  async #list(paths: readonly string[]): Promise<void> {
    const places = new Set<string>();
    for (const path of paths) {
      const found = await this.#problems(path);
      const before = this.#listed.get(path) ?? [];
      if (JSON.stringify(before) === JSON.stringify(found)) continue;
      for (const { uri } of [...before, ...found]) places.add(uri.toString());
      if (found.length === 0) this.#listed.delete(path);
      else this.#listed.set(path, found);
    }
    if (!this.#store.disposed) this.#show(places);
  }

  async #problems(path: string): Promise<readonly ModelProblem[]> {
    const { registry, policies } = this.#services;
    const model = registry.get(path);
    if (model === undefined || !setting("problems")) return [];
    const files = decisionOf(model) === undefined ? undefined : await policies.filesFor(model.folder);
    const all = [...(files?.user ?? []), ...(files?.workspace ?? [])].flatMap((file) => file.policies);
    // The model may have changed in the meantime.
    return problemsOf(registry.get(path) ?? model, all);
  }

  #show(places: ReadonlySet<string>): void {
    const all = [...this.#listed.values()].flat();
    for (const at of places) {
      const diagnostics = all.filter(({ uri }) => uri.toString() === at).map(({ diagnostic }) => diagnostic);
      this.#collection.set(Uri.parse(at), diagnostics);
    }
  }
}
