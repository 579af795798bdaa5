import { stat } from "node:fs/promises";
import type { DigestProgress } from "../core/hashing/digest-request.ts";
import { statLine } from "../core/model/stat-line.ts";
import type { PublicSigstore } from "../core/policy/policy-trust.ts";
import type { Trust } from "../core/trust.ts";
import { signaturePaths, type Verdict } from "../core/verdict.ts";
import type { CheckRequest } from "../engine/check-model.ts";
import type { Engine } from "../engine/engine.ts";
import type { PolicySource } from "../engine/policy-source.ts";
import type { Job } from "./check-queue.ts";
import { type KnownModel, lastReached, type ModelRegistry, uncheckedSignatures } from "./registry.ts";

export interface ReaderServices {
  readonly registry: ModelRegistry;
  trust(): Promise<Trust>;
  /** Policies that cover the model replace {@link trust}. */
  policies?(model: KnownModel, asked: boolean): Promise<PolicySource | undefined>;
  /** The public Sigstore instance, which policies may use. */
  readonly publicSigstore?: PublicSigstore;
  readonly engine: Pick<Engine, "check" | "run">;
  /** Reports changes of the model's files from now on. */
  watch(model: string, kind: KnownModel["kind"]): Promise<void>;
}

/** Checks one model in the engine: its signature, or its files too. */
export class ModelReader {
  readonly #services: ReaderServices;
  /** Identities of the signature files that the last check of each model read. */
  readonly #signatureFiles = new Map<string, string>();

  constructor(services: ReaderServices) {
    this.#services = services;
  }

  /**
   * Verifies the signature, or reads the model's files too and reports the progress to the registry.
   *
   * @param begins called before any file is read: the check includes all changes until then
   * @throws what `verify` throws
   */
  async check(
    { path, depth, asked, mode, onProgress }: Job,
    known: KnownModel,
    signal: AbortSignal,
    begins: () => void,
  ): Promise<Verdict> {
    const { registry, watch, engine, publicSigstore } = this.#services;
    const { kind, folder, verdict } = known;
    const before = lastReached(known);
    let checking: Verdict | undefined;
    let percent = -1;
    const trusted = await this.#trustFor(known, asked);
    const isSignature = depth === "signature";
    // Waits for the signature that a policy demands: the editor's watcher may miss it in a new folder.
    if (isSignature && trusted.policies !== undefined && verdict.signature === undefined) await watch(path, kind);
    const signatures = isSignature ? signaturePaths(verdict) : [];
    return engine.check(
      { model: path, depth, mode, folder, ...trusted, ...(signatures.length > 0 && { signatures }) },
      {
        publicSigstore,
        signal,
        onBegin: async (found) => {
          if (signal.aborted) return;
          checking = { state: "checking", model: path, ...uncheckedSignatures(found), reasons: [] };
          registry.update(path, checking, { before });
          await watch(path, kind);
          // A later report of these same files is ignored.
          for (const signature of found) {
            const identity = await fileIdentity(signature);
            if (identity !== undefined) this.#signatureFiles.set(signature, identity);
          }
          begins();
        },
        onProgress: (progress: DigestProgress): void => {
          if (signal.aborted || checking === undefined) return;
          onProgress?.(progress);
          const now = progress.bytesTotal === 0 ? 0 : Math.floor((progress.bytesDone / progress.bytesTotal) * 100);
          if (now === percent) return;
          percent = now;
          registry.update(path, checking, { before, progress });
        },
      },
    );
  }

  /** The policies that cover the model, otherwise the trust of the settings. */
  async #trustFor(known: KnownModel, asked: boolean): Promise<Pick<CheckRequest, "policies" | "trust">> {
    const policies = await this.#services.policies?.(known, asked);
    return policies === undefined ? { trust: await this.#services.trust() } : { policies, trust: {} };
  }

  /** Whether the signature file is the same that the last check of its model read. */
  async signatureUnchanged(signature: string): Promise<boolean> {
    const seen = this.#signatureFiles.get(signature);
    return seen !== undefined && seen === (await fileIdentity(signature));
  }
}

/** Changes when the file is written or replaced; undefined if there is none. */
async function fileIdentity(path: string): Promise<string | undefined> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  return found && statLine(found);
}
