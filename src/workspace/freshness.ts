import { relative, sep } from "node:path";
import { isIgnored } from "../core/model/ignore.ts";
import type { StaleCause } from "../core/verdict.ts";
import type { Checker } from "./checker.ts";
import { type KnownModel, type ModelRegistry, type RegistryChange, restsOnFiles } from "./registry.ts";

/** Milliseconds without a change before a model is checked again. */
const QUIET_MS = 1_000;

/**
 * What is checked without anybody asking: nothing, signatures, or files too; `cached` reads what is not in the digest
 * cache, `full` every byte.
 */
export type AutomaticChecks = "off" | "signatures" | "cached" | "full";

export interface FreshnessServices {
  readonly registry: ModelRegistry;
  readonly checker: Checker;
  automatic(): AutomaticChecks;
  /** Whether changes in that model are told at once and completely; the editor's later word is old news then. */
  covered(model: string): boolean;
  readonly quietMs?: number;
  /** A background check failed for a reason that is no verdict. */
  failed(error: unknown): void;
}

/**
 * Keeps verdicts honest: a change on disk, or in whom the person trusts, takes a verdict back at once,
 * and a new check follows when it has been quiet for a second.
 */
export class Freshness {
  readonly #services: FreshnessServices;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #subscription: { dispose(): void };

  constructor(services: FreshnessServices) {
    this.#services = services;
    this.#subscription = services.registry.onDidChange((change) => this.#look(change));
  }

  /**
   * A file or folder was created, changed or deleted.
   *
   * @param late whether it may have been long ago: the editor collects changes before it tells them
   */
  async touched(path: string, late = false): Promise<void> {
    const { registry, checker, covered } = this.#services;
    const signed = registry.signedBy(path);
    for (const model of [...registry.holding(path), ...registry.below(path)]) {
      const inside = model.path.length <= path.length;
      if (model !== signed && !(late && inside && covered(model.path))) this.#contentTouched(model, path);
    }
    if (signed === undefined || (await checker.signatureUnchanged(path))) return;
    // Much may have become known of the model in the meantime.
    const model = registry.get(signed.path);
    if (model !== undefined) this.#signatureTouched(model);
  }

  /**
   * Whom the person trusts, or what policies say of these models, has changed: no verdict stands on the old answer. Bad
   * news does not rest on trust, and stands until a new check has ended.
   */
  trustChanged(cause: "trust" | "policy", affected: (model: KnownModel) => boolean = () => true): void {
    const { registry, checker } = this.#services;
    for (const model of registry.models) {
      if (model.verdict.signature === undefined || !affected(model)) continue;
      checker.outdate(model.path);
      if (model.verdict.state === "modified") this.#check(model.path, "files");
      else if (restsOnFiles(model.verdict)) this.#takeBack(model, cause);
      // Who was not known may be known now: then the files are next, as they are for a model that has just come.
      else this.#check(model.path, this.#mayRead(model.path) ? "files" : "signature");
    }
  }

  /** What may be checked without asking has changed: what waited for it is checked now. */
  automaticChanged(): void {
    for (const { path } of this.#services.registry.models) this.#look({ paths: [path], list: false });
  }

  dispose(): void {
    this.#subscription.dispose();
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  #contentTouched(model: KnownModel, path: string): void {
    if (isLeftOut(model, path)) return;
    this.#services.checker.touch(model.path);
    if (restsOnFiles(model.verdict) || isStaleOtherwise(model)) this.#takeBack(model, "files");
    else if (model.verdict.state === "stale") this.#later(model.path);
  }

  #signatureTouched(model: KnownModel): void {
    this.#services.checker.touch(model.path);
    if (restsOnFiles(model.verdict) || isStaleOtherwise(model)) this.#takeBack(model, "files");
    else this.#later(model.path);
  }

  #takeBack({ path, verdict, before }: KnownModel, staleBecause: StaleCause): void {
    const last = verdict.state === "stale" ? before : verdict;
    this.#services.registry.update(path, { ...verdict, state: "stale", staleBecause }, { before: last });
  }

  #look(change: RegistryChange): void {
    for (const path of change.paths) {
      const model = this.#services.registry.get(path);
      if (model === undefined) this.#forget(path);
      else if (model.verdict.state === "stale") this.#later(path);
      else if (model.verdict.state === "unchecked" && model.verdict.signer === undefined) this.#first(model);
    }
  }

  /** A signature that nobody has looked at yet. */
  #first(model: KnownModel): void {
    const automatic = this.#services.automatic();
    if (automatic !== "off" && model.verdict.reasons.length === 0) {
      this.#check(model.path, automatic === "signatures" ? "signature" : "files");
    }
  }

  #later(path: string): void {
    this.#forget(path);
    if (this.#services.automatic() === "off") return;
    this.#timers.set(
      path,
      setTimeout(() => {
        this.#timers.delete(path);
        const verdict = this.#services.registry.get(path)?.verdict;
        if (verdict === undefined || restsOnFiles(verdict)) return;
        if (verdict.state !== "stale") this.#check(path, "signature");
        else if (this.#mayRead(path)) this.#check(path, "files");
      }, this.#services.quietMs ?? QUIET_MS),
    );
  }

  /** Where only signatures are looked at, files are read again only if somebody asked for it before. */
  #mayRead(path: string): boolean {
    return this.#services.automatic() !== "signatures" || this.#services.checker.wasAsked(path);
  }

  #forget(path: string): void {
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

/** That files changed says more than what took the verdict back before. */
function isStaleOtherwise({ verdict }: KnownModel): boolean {
  return verdict.state === "stale" && verdict.staleBecause !== "files";
}

/** Whether the signature does not cover the path, as the last check found. */
function isLeftOut(model: KnownModel, path: string): boolean {
  const ignored = (model.verdict.coverage ?? model.before?.coverage)?.ignored ?? [];
  const name = relative(model.path, path).replaceAll(sep, "/");
  return name !== "" && ignored.some((entry) => isIgnored(name, entry.name));
}
