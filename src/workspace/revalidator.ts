import { relative, sep } from "node:path";
import { isIgnored } from "../core/model/is-ignored.ts";
import type { StaleCause } from "../core/verdict.ts";
import type { Checker } from "./checker.ts";
import { type KnownModel, type ModelRegistry, restsOnFiles } from "./registry.ts";

/** Milliseconds without a change before a model is checked again. */
const QUIET_MS = 1_000;

/** What is verified automatically: nothing, signatures, or files too. `cached` reuses cached digests, `full` reads every byte. */
export type AutomaticChecks = "off" | "signatures" | "cached" | "full";

export interface RevalidatorServices {
  readonly registry: ModelRegistry;
  readonly checker: Checker;
  automatic(): AutomaticChecks;
  /** Whether changes in the model are reported completely and at once, so that later reports of the editor are ignored. */
  covered(model: string): boolean;
  readonly quietMs?: number;
  /** An automatic check failed without a verdict. */
  failed(error: unknown): void;
}

/**
 * Marks verdicts as outdated as soon as files or trust change, and verifies the models again after a second without a
 * further change.
 */
export class Revalidator {
  readonly #services: RevalidatorServices;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #subscription: { dispose(): void };

  constructor(services: RevalidatorServices) {
    this.#services = services;
    this.#subscription = services.registry.onDidChange(({ paths }) => this.#update(paths));
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
      checker.trustChanged(model.path);
      if (model.verdict.signature === undefined) continue;
      if (model.verdict.state === "modified") this.#check(model.path, "files");
      else if (restsOnFiles(model.verdict)) this.#markOutdated(model, cause);
      // The signer may be known now; then the files are read, as they are for a new model.
      else this.#check(model.path, this.#mayRead(model.path) ? "files" : "signature");
    }
  }

  /** The setting for automatic checks, or the trust in the workspace, has changed. */
  automaticChanged(): void {
    this.#update(this.#services.registry.models.map(({ path }) => path));
  }

  dispose(): void {
    this.#subscription.dispose();
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  #contentChanged(model: KnownModel, path: string): void {
    // A check that waited is cancelled.
    const canWait = model.verdict.state === "stale" || isNew(model);
    if (!isIgnoredIn(model, path)) this.#changed(model, canWait);
  }

  /** @param again whether to check a model whose verdict does not rest on its files */
  #changed(model: KnownModel, again: boolean): void {
    this.#services.checker.filesChanged(model.path);
    if (restsOnFiles(model.verdict) || isStaleOtherwise(model)) this.#markOutdated(model, "files");
    else if (again) this.#checkLater(model.path);
  }

  #markOutdated({ path, verdict, before }: KnownModel, staleBecause: StaleCause): void {
    const last = verdict.state === "stale" ? before : verdict;
    this.#services.registry.update(path, { ...verdict, state: "stale", staleBecause }, { before: last });
  }

  #update(paths: readonly string[]): void {
    for (const path of paths) {
      const model = this.#services.registry.get(path);
      if (model === undefined) this.#cancelTimer(path);
      else if (model.verdict.state === "stale") this.#checkLater(path);
      else if (isNew(model)) this.#checkNew(model);
    }
  }

  #checkNew(model: KnownModel): void {
    const automatic = this.#services.automatic();
    const { reasons } = model.verdict;
    if (automatic === "off") return;
    // Pinned bytes say something only once they are read.
    const isPin = reasons.length > 0 && reasons.every(({ code }) => code === "POLICY_PIN");
    if (isPin ? automatic !== "signatures" : reasons.length === 0) {
      this.#check(model.path, automatic === "signatures" ? "signature" : "files");
    }
  }

  #checkLater(path: string): void {
    this.#cancelTimer(path);
    if (this.#services.automatic() === "off") return;
    this.#timers.set(
      path,
      setTimeout(() => {
        this.#timers.delete(path);
        const model = this.#services.registry.get(path);
        if (model === undefined || restsOnFiles(model.verdict)) return;
        const { verdict } = model;
        if (isNew(model)) this.#checkNew(model);
        else if (verdict.state !== "stale") this.#check(path, "signature");
        else if (this.#mayRead(path)) this.#check(path, "files");
      }, this.#services.quietMs ?? QUIET_MS),
    );
  }

  /** Where only signatures are verified automatically, files are read again only if the user asked for that before. */
  #mayRead(path: string): boolean {
    return this.#services.automatic() !== "signatures" || this.#services.checker.wasAsked(path);
  }

  #cancelTimer(path: string): void {
    clearTimeout(this.#timers.get(path));
    this.#timers.delete(path);
  }

  #check(path: string, depth: "files" | "signature"): void {
    const automatic = this.#services.automatic();
    if (automatic === "off") return;
    const mode = automatic === "full" ? "full" : "cached";
    this.#services.checker.check(path, depth, { mode }).catch((error: unknown) => this.#services.failed(error));
  }
}

/** Whether nothing was verified yet. */
function isNew({ verdict }: KnownModel): boolean {
  return verdict.state === "unchecked" && verdict.signer === undefined;
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
