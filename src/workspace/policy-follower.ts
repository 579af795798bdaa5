import type { Checker } from "./checker.ts";
import type { Freshness } from "./freshness.ts";
import type { Policies } from "./policies.ts";
import type { KnownModel, ModelRegistry } from "./registry.ts";

export interface PolicyFollowerServices {
  readonly registry: ModelRegistry;
  readonly policies: Policies;
  readonly checker: Checker;
  readonly freshness: Freshness;
  /** Whether something may be checked that nobody asked for. */
  automatic(): boolean;
  failed(error: unknown): void;
}

/** Keeps verdicts in step with policies: those of unsigned models too, since a policy may demand a signature. */
export class PolicyFollower {
  readonly #services: PolicyFollowerServices;
  readonly #subscriptions: readonly { dispose(): void }[];

  constructor(services: PolicyFollowerServices) {
    this.#services = services;
    this.#subscriptions = [
      services.registry.onDidChange(({ paths }) => this.#look(paths)),
      services.policies.onDidChange(() => this.#run(() => this.#reconsider())),
    ];
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #look(paths: readonly string[]): void {
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

  /** Whoever was covered, or is now; a check under way may rest on what the policies were. */
  async #reconsider(): Promise<void> {
    const { registry, policies, checker, freshness } = this.#services;
    const affected = new Set<string>();
    for (const model of registry.models) {
      const wasCovered = decisionOf(model) !== undefined || checker.isChecking(model.path);
      if (wasCovered || (await policies.sourceFor(model)) !== undefined) affected.add(model.path);
    }
    freshness.trustChanged("policy", (model) => affected.has(model.path));
    for (const path of affected) this.#takeDemandBack(path);
    this.#look([...affected]);
  }

  /** What policies decide about a model without a signature is decided anew. */
  #takeDemandBack(path: string): void {
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
