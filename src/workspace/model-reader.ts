import { stat } from "node:fs/promises";
import type { DigestProgress } from "../core/hashing/digest-request.ts";
import type { Trust } from "../core/trust.ts";
import type { Verdict } from "../core/verdict.ts";
import type { Verifier } from "../core/verifier.ts";
import type { Job } from "./check-queue.ts";
import type { PolicyCheck } from "./policies.ts";
import type { KnownModel, ModelRegistry } from "./registry.ts";

export interface ReaderServices {
  readonly registry: ModelRegistry;
  trust(): Promise<Trust>;
  /** Where policies cover the model, they decide, and not {@link trust}. */
  policies?(model: KnownModel, asked: boolean): Promise<PolicyCheck | undefined>;
  /** Who reads signatures and has files digested. */
  readonly verifier: Verifier;
  /** Makes sure that changes of the model's files are seen from now on. */
  watch(model: string, kind: KnownModel["kind"]): Promise<void>;
}

/** One check of one model: its signature, or its files too. */
export class ModelReader {
  readonly #services: ReaderServices;
  /** What the last check of each model read. */
  readonly #signatureFiles = new Map<string, string>();

  constructor(services: ReaderServices) {
    this.#services = services;
  }

  /**
   * Reads every byte that the cache does not answer for, and tells the registry that it does.
   *
   * @throws what `verify` throws
   */
  async files(
    job: Pick<Job, "path" | "asked" | "mode" | "onProgress">,
    known: KnownModel,
    signal: AbortSignal,
  ): Promise<Verdict> {
    const { registry, trust, verifier, watch } = this.#services;
    const before = lastReached(known);
    const { findSignature } = await import("../core/model/find-models.ts");
    const signature = await findSignature(job.path);
    const policy = await this.#services.policies?.(known, job.asked);
    if (signature === undefined && policy === undefined) return unsigned(job.path);
    const checking: Verdict = { state: "checking", model: job.path, ...(signature && { signature }), reasons: [] };
    registry.update(job.path, checking, { before });
    await watch(job.path, known.kind);
    const identity = signature === undefined ? undefined : await fileIdentity(signature);
    // From here on, late news of this very file is no news.
    if (identity !== undefined) this.#signatureFiles.set(job.path, identity);
    let percent = -1;
    const options = {
      mode: job.mode,
      signal,
      onProgress: (progress: DigestProgress): void => {
        if (signal.aborted) return;
        job.onProgress?.(progress);
        const now = progress.bytesTotal === 0 ? 0 : Math.floor((progress.bytesDone / progress.bytesTotal) * 100);
        if (now === percent) return;
        percent = now;
        registry.update(job.path, checking, { before, progress });
      },
    };
    const verdict =
      policy === undefined
        ? await verifier.verify({ ...options, model: job.path, signature: signature ?? "", trust: await trust() })
        : await policy.verify(options);
    return verdict;
  }

  /** Reads no file but the signature. */
  async signature(known: KnownModel, asked: boolean): Promise<Verdict> {
    const policy = await this.#services.policies?.(known, asked);
    if (policy !== undefined) {
      // The signature that a policy demands is awaited: the editor's own watcher may miss it in a folder that is new.
      if (known.verdict.signature === undefined) await this.#services.watch(known.path, known.kind);
      return policy.authenticate();
    }
    const { findSignature } = await import("../core/model/find-models.ts");
    const signature = known.verdict.signature ?? (await findSignature(known.path));
    if (signature === undefined) return unsigned(known.path);
    return this.#services.verifier.authenticate({ model: known.path, signature, trust: await this.#services.trust() });
  }

  /** Whether the signature file is the very one that the last check of this model read. */
  async signatureUnchanged(path: string, signature: string): Promise<boolean> {
    const seen = this.#signatureFiles.get(path);
    return seen !== undefined && seen === (await fileIdentity(signature));
  }
}

/** The last verdict that was reached. */
export function lastReached(known: KnownModel): Verdict | undefined {
  const passing = known.verdict.state === "checking" || known.verdict.state === "stale";
  return passing ? known.before : known.verdict;
}

function unsigned(model: string): Verdict {
  return { state: "unsigned", model, reasons: [] };
}

/** What stays the same as long as nobody writes or replaces the file; undefined if there is none. */
async function fileIdentity(path: string): Promise<string | undefined> {
  try {
    const info = await stat(path, { bigint: true });
    return [info.dev, info.ino, info.size, info.mtimeNs, info.ctimeNs].join(":");
  } catch {
    return undefined;
  }
}
