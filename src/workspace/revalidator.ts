import { relative, sep } from "node:path";
import { isIgnored } from "../core/model/is-ignored.ts";
import type { StaleCause } from "../core/verdict.ts";
import { QuietTimers } from "../platform/quiet-timers.ts";
import type { Checker } from "./checker.ts";
import type { Policies } from "./policies.ts";
import { decisionOf, type KnownModel, type ModelRegistry, restsOnFiles } from "./registry.ts";

/** Milliseconds without a change before a model is checked again. */
const QUIET_MS = 1_000;

/** What is verified automatically: nothing, signatures, or files too. `cached` reuses cached digests, `full` reads every byte. */
export type AutomaticChecks = "off" | "signatures" | "cached" | "full";

export interface RevalidatorServices {
  readonly registry: ModelRegistry;
  readonly checker: Checker;
  readonly policies: Pick<Policies, "sourceFor" | "onDidChange">;
  automatic(): AutomaticChecks;
  /** Whether changes in the model are reported completely and at once, so that later reports of the editor are ignored. */
  covered(model: string): boolean;
  readonly quietMs?: number;
  /** An automatic check failed without a verdict. */
  failed(error: unknown): void;
}

/**
 * Verifies new models, marks verdicts as outdated as soon as files, trust or policies change, and verifies the models
 * again after a second without a further change; unsigned ones where a policy covers them: it may demand a signature.
 */
export class Revalidator {
  readonly #services: RevalidatorServices;
  readonly #timers = new QuietTimers();
  readonly #subscriptions: readonly { dispose(): void }[];

  constructor(services: RevalidatorServices) {
    this.#services = services;
    this.#subscriptions = [
      services.registry.onDidChange(({ paths }) => {
        for (const path of paths) this.#update(path);
      }),
      services.policies.onDidChange(() => this.#run(this.#policiesChanged())),
    ];
  }

  /**
   * A file or folder was created, changed or deleted.
   *
   * @param late whether the change may be older: the editor collects changes before it reports them
   */
  async fileChanged(path: string, late = false): Promise<void> {
    const { registry, checker, covered } = this.#services;
    const signed = registry.signedBy(path);
    for (const model of [...registry.holding(path), ...registry.below(path)]) {
      const inside = model.path.length <= path.length;
      if (model !== signed && !(late && inside && covered(model.path))) this.#contentChanged(model, path);
    }
    // What the links of a snapshot lead to is watched with the snapshot, and what an Ollama manifest names is not.
    for (const model of registry.sharing(path)) if (model.kind === "file") this.#contentChanged(model, path);
    if (signed === undefined || (await checker.signatureUnchanged(path))) return;
    // The model may have changed in the meantime.
    const model = registry.get(signed.path);
    if (model !== undefined) this.#changed(model, true);
  }

  /**
   * Trusted signers, or the policies of the affected models, have changed. Verdicts that depend on them become outdated;
   * a failure does not, and stands until a new check has ended.
   */
  trustChanged(cause: "trust" | "policy", affected: (model: KnownModel) => boolean = () => true): void {
    const { registry, checker } = this.#services;
    for (const model of registry.models) {
      if (!affected(model)) continue;
      const { path, verdict } = model;
      const isCancelled = checker.trustChanged(path, cause);
      if (verdict.signature === undefined) {
        if (isCancelled) this.#checkLater(path);
      } else if (verdict.state !== "modified" && restsOnFiles(verdict)) this.#markOutdated(model, cause);
      // The signer may be known now; then the files are read, as they are for a new model.
      else this.#checkAgain(model);
    }
  }

  /** The setting for automatic checks, or the trust in the workspace, has changed. */
  automaticChanged(): void {
    for (const model of this.#services.registry.models) {
      // Its signature may be verified, and its files were not to be read.
      if (model.verdict.state === "unchecked") this.#checkNew(model);
      else this.#update(model.path);
    }
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#timers.dispose();
  }

  #contentChanged(model: KnownModel, path: string): void {
    // What could not be read may be readable now.
    if (!isIgnoredIn(model, path)) this.#changed(model, model.verdict.state === "unverifiable");
  }

  /** @param again whether to check a model whose verdict does not rest on its files, and for which no check is due */
  #changed(model: KnownModel, again: boolean): void {
    const isDue = this.#services.checker.filesChanged(model.path) || this.#timers.has(model.path);
    if (restsOnFiles(model.verdict) || isStaleOtherwise(model)) this.#markOutdated(model, "files");
    else if (again || isDue) this.#checkLater(model.path);
  }

  #markOutdated({ path, verdict, before }: KnownModel, staleBecause: StaleCause): void {
    const last = verdict.state === "stale" ? before : verdict;
    this.#services.registry.update(path, { ...verdict, state: "stale", staleBecause }, { before: last });
  }

  #update(path: string): void {
    const model = this.#services.registry.get(path);
    if (model === undefined) this.#timers.cancel(path);
    else if (model.verdict.state === "stale") this.#checkLater(path);
    else if (isNew(model)) this.#checkNew(model);
    else if (isUndecided(model)) this.#run(this.#decide(model));
  }

  #checkNew({ path, verdict: { reasons } }: KnownModel): void {
    const automatic = this.#services.automatic();
    // Pinned bytes say something only once they are read.
    const isPin = reasons.length > 0 && reasons.every(({ code }) => code === "POLICY_PIN");
    if (isPin ? automatic === "signatures" : reasons.length > 0) return;
    // Where a search has found other signatures during a requested check, that one did not see them.
    this.#services.checker.filesChanged(path);
    this.#check(path, automatic === "signatures" ? "signature" : "files");
  }

  /** Has the policies of an unsigned model decide, where there are any. */
  async #decide(model: KnownModel): Promise<void> {
    const { policies, registry, automatic } = this.#services;
    if (automatic() === "off") return;
    if ((await policies.sourceFor(model)) === undefined) return;
    const current = registry.get(model.path);
    if (current !== undefined && isUndecided(current)) this.#check(model.path, "signature");
  }

  /** Affects models that were covered or are now, and those under check, which may use the old policies. */
  async #policiesChanged(): Promise<void> {
    const { registry, policies, checker } = this.#services;
    const affected = new Set<string>();
    for (const model of registry.models) {
      const wasCovered = decisionOf(model) !== undefined || checker.isChecking(model.path);
      if (wasCovered || (await policies.sourceFor(model)) !== undefined) affected.add(model.path);
    }
    this.trustChanged("policy", ({ path }) => affected.has(path));
    for (const path of affected) {
      const model = registry.get(path);
      if (model === undefined || model.verdict.signature !== undefined) continue;
      if (decisionOf(model) === undefined) this.#update(path);
      else registry.update(path, { state: "unsigned", model: path, reasons: [] });
    }
  }

  #checkLater(path: string): void {
    if (this.#services.automatic() === "off") return;
    this.#timers.start(path, this.#services.quietMs ?? QUIET_MS, () => {
      const model = this.#services.registry.get(path);
      if (model === undefined || restsOnFiles(model.verdict)) return;
      if (isNew(model)) this.#checkNew(model);
      else this.#checkAgain(model);
    });
  }

  /** Where only signatures are verified automatically, files are read again only if the user asked for that before. */
  #checkAgain({ path, verdict }: KnownModel): void {
    const mayRead = this.#services.automatic() !== "signatures" || this.#services.checker.wasAsked(path);
    const hasContent = verdict.signature !== undefined || verdict.state === "stale";
    this.#check(path, mayRead && hasContent ? "files" : "signature");
  }

  #check(path: string, depth: "files" | "signature"): void {
    const automatic = this.#services.automatic();
    this.#timers.cancel(path);
    if (automatic === "off") return;
    this.#run(this.#services.checker.check(path, depth, { mode: automatic === "full" ? "full" : "cached" }));
  }

  #run(task: Promise<unknown>): void {
    task.catch((error: unknown) => this.#services.failed(error));
  }
}

/** Whether nothing was verified yet. */
function isNew({ verdict }: KnownModel): boolean {
  return verdict.state === "unchecked" && verdict.signer === undefined;
}

function isUndecided({ verdict }: KnownModel): boolean {
  return verdict.state === "unsigned" && verdict.decision === undefined;
}

/** Changed files replace another cause. */
function isStaleOtherwise({ verdict }: KnownModel): boolean {
  return verdict.state === "stale" && verdict.staleBecause !== "files";
}

/** Whether the signature does not cover the path, by the last check. */
function isIgnoredIn(model: KnownModel, path: string): boolean {
  const ignored = (model.verdict.coverage ?? model.before?.coverage)?.ignored ?? [];
  const name = relative(model.path, path).replaceAll(sep, "/");
  return name !== "" && ignored.some((entry) => isIgnored(name, entry.name));
}
