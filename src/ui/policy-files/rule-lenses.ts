import { type CodeLens, type CodeLensProvider, EventEmitter, type TextDocument, window } from "vscode";
import { DisposableStore } from "../../platform/disposables.ts";
import type { RegistryChange } from "../../workspace/registry.ts";
import type { Services } from "../services.ts";
import { isPolicyDocument } from "./policy-documents.ts";

type LensServices = Pick<Services, "registry" | "policies">;

/** Milliseconds from a change to the event, and so between two events. */
const PAUSE = 500;

/** Shows above the patterns of a policy how many models it matches, and how many of them are accepted. */
export class RuleLenses implements CodeLensProvider {
  readonly #services: LensServices;
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.add(new EventEmitter<void>());
  readonly onDidChangeCodeLenses = this.#changed.event;
  #timer: NodeJS.Timeout | undefined;

  constructor(services: LensServices) {
    this.#services = services;
    this.#store.add(services.registry.onDidChange((change) => this.#refresh(change)));
  }

  async provideCodeLenses(document: TextDocument): Promise<CodeLens[]> {
    if (!isPolicyDocument(document, this.#services.policies)) return [];
    const { lensesOf } = await import("./lens-text.ts");
    return lensesOf(document, this.#services);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#store.dispose();
  }

  #refresh({ progress }: RegistryChange): void {
    if (progress) return;
    const { policies } = this.#services;
    const isShown = window.visibleTextEditors.some(({ document }) => isPolicyDocument(document, policies));
    if (!isShown) return;
    // The editor asks for lenses after a pause without events, which many checks in a row would not leave.
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#changed.fire();
    }, PAUSE);
  }
}
