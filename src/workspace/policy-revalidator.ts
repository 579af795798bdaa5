import type { Checker } from "./checker.ts";
import type { Policies } from "./policies.ts";
import type { KnownModel, ModelRegistry } from "./registry.ts";
import type { Revalidator } from "./revalidator.ts";

export interface PolicyRevalidatorServices {
  readonly registry: ModelRegistry;
  readonly policies: Policies;
  readonly checker: Checker;
  readonly revalidator: Revalidator;
  /** Whether models may be verified automatically. */
  automatic(): boolean;
  failed(error: unknown): void;
}

/** Verifies models again when their policies change, unsigned ones too: a policy may demand a signature. */
export class PolicyRevalidator {
  readonly #services: PolicyRevalidatorServices;
  readonly #subscriptions: readonly { dispose(): void }[];

  constructor(services: PolicyRevalidatorServices) {
    this.#services = services;
    this.#subscriptions = [
      services.registry.onDidChange(({ paths }) => this.#checkUndecided(paths)),
      services.policies.onDidChange(() => this.#run(() => this.#policiesChanged())),
    ];
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #checkUndecided(paths: readonly string[]): void {
    if (!this.#services.automatic()) return;
    for (const path of paths) {
      const model = this.#services.registry.get(path);
      if (model !== undefined && isUndecided(model)) this.#run(() => this.#decide(model));
    }
  }

  async #decide(model: KnownModel): Promise<void> {
    const { policies, registry, checker } = this.#services;
    if ((await policies.sourceFor(model)) === undefined) return;
    const current = registry.get(model.path);
    if (current !== undefined && isUndecided(current)) await checker.check(model.path, "signature");
  }

  /** Affects models that were covered or are now, and those under check, which may use the old policies. */
  async #policiesChanged(): Promise<void> {
    const { registry, policies, checker, revalidator } = this.#services;
    const affected = new Set<string>();
    for (const model of registry.models) {
      const wasCovered = decisionOf(model) !== undefined || checker.isChecking(model.path);
      if (wasCovered || (await policies.sourceFor(model)) !== undefined) affected.add(model.path);
    }
    revalidator.trustChanged("policy", (model) => affected.has(model.path));
    for (const path of affected) this.#resetUnsigned(path);
    this.#checkUndecided([...affected]);
  }

  /** What policies decide about a model without a signature is decided again. */
  #resetUnsigned(path: string): void {
    const { registry } = this.#services;
    const model = registry.get(path);
    if (model === undefined || model.verdict.signature !== undefined || decisionOf(model) === undefined) return;
    registry.update(path, { state: "unsigned", model: path, reasons: [] });
  }

  #run(task: () => Promise<void>): void {
    task().catch((error: unknown) => this.#services.failed(error));
  }
}

function isUndecided({ verdict }: KnownModel): boolean {
  return verdict.state === "unsigned" && verdict.decision === undefined;
}

function decisionOf({ verdict, before }: KnownModel): unknown {
  return verdict.decision ?? before?.decision;
}
