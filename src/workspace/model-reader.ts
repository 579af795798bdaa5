import { stat } from "node:fs/promises";
import type { DigestProgress } from "../core/hashing/digest-request.ts";
import type { PublicSigstore } from "../core/policy/policy-trust.ts";
import type { Trust } from "../core/trust.ts";
import { signaturePaths, type Verdict } from "../core/verdict.ts";
import type { CheckRequest } from "../engine/check-model.ts";
import type { CheckWatching, Engine } from "../engine/engine.ts";
import type { PolicySource } from "../engine/policy-source.ts";
import type { Job } from "./check-queue.ts";
import { type KnownModel, type ModelRegistry, uncheckedSignatures } from "./registry.ts";

export interface ReaderServices {
  readonly registry: ModelRegistry;
  trust(): Promise<Trust>;
  /** Where policies cover the model, they decide, and not {@link trust}. */
  policies?(model: KnownModel, asked: boolean): Promise<PolicySource | undefined>;
  /** The public Sigstore instance, which policies may rest on. */
  readonly publicSigstore?: PublicSigstore;
  readonly engine: Pick<Engine, "check" | "sizeHint">;
  /** Makes sure that changes of the model's files are seen from now on. */
  watch(model: string, kind: KnownModel["kind"]): Promise<void>;
}

/** One check of one model: its signature, or its files too. */
export class ModelReader {
  readonly #services: ReaderServices;
  /** What the last check of each signature file's model read. */
  readonly #signatureFiles = new Map<string, string>();

  constructor(services: ReaderServices) {
    this.#services = services;
  }

  /**
   * Reads every byte that the cache does not answer for, and tells the registry that it does.
   *
   * @param begins called before any file is read: a change until then is part of the check
   * @throws what `verify` throws
   */
  async files(
    job: Pick<Job, "path" | "asked" | "mode" | "onProgress">,
    known: KnownModel,
    signal: AbortSignal,
    begins: () => void = () => {},
  ): Promise<Verdict> {
    const { registry, watch, engine } = this.#services;
    const before = lastReached(known);
    let checking: Verdict | undefined;
    let percent = -1;
    return engine.check(
      {
        model: job.path,
        depth: "files",
        mode: job.mode,
        ...folderOf(known),
        ...(await this.#deciding(known, job.asked)),
      },
      {
        ...this.#asking(),
        signal,
        onBegin: async (signatures) => {
          if (signal.aborted) return;
          checking = { state: "checking", model: job.path, ...uncheckedSignatures(signatures), reasons: [] };
          registry.update(job.path, checking, { before });
          await watch(job.path, known.kind);
          // From here on, late news of these very files is no news.
          for (const signature of signatures) {
            const identity = await fileIdentity(signature);
            if (identity !== undefined) this.#signatureFiles.set(signature, identity);
          }
          begins();
        },
        onProgress: (progress: DigestProgress): void => {
          if (signal.aborted || checking === undefined) return;
          job.onProgress?.(progress);
          const now = progress.bytesTotal === 0 ? 0 : Math.floor((progress.bytesDone / progress.bytesTotal) * 100);
          if (now === percent) return;
          percent = now;
          registry.update(job.path, checking, { before, progress });
        },
      },
    );
  }

  /** Reads no file but the signature. */
  async signature(known: KnownModel, asked: boolean): Promise<Verdict> {
    const { path, kind, verdict } = known;
    const deciding = await this.#deciding(known, asked);
    // The signature that a policy demands is awaited: the editor's own watcher may miss it in a folder that is new.
    if (deciding.policies !== undefined && verdict.signature === undefined) await this.#services.watch(path, kind);
    const signatures = signaturePaths(verdict);
    const named = signatures.length > 0 && { signatures };
    const request = { model: path, depth: "signature", ...named, ...folderOf(known), ...deciding } as const;
    return this.#services.engine.check(request, this.#asking());
  }

  /** The policies that cover the model, or whom the person trusts. */
  async #deciding(known: KnownModel, asked: boolean): Promise<Pick<CheckRequest, "policies" | "trust">> {
    const policies = await this.#services.policies?.(known, asked);
    return policies === undefined ? { trust: await this.#services.trust() } : { policies, trust: {} };
  }

  #asking(): Pick<CheckWatching, "publicSigstore"> {
    const { publicSigstore } = this.#services;
    return publicSigstore === undefined ? {} : { publicSigstore };
  }

  /** Whether the signature file is the very one that the last check of its model read. */
  async signatureUnchanged(signature: string): Promise<boolean> {
    const seen = this.#signatureFiles.get(signature);
    return seen !== undefined && seen === (await fileIdentity(signature));
  }
}

function folderOf({ folder }: KnownModel): Pick<CheckRequest, "folder"> {
  return folder === undefined ? {} : { folder };
}

/** The last verdict that was reached. */
export function lastReached(known: KnownModel): Verdict | undefined {
  const passing = known.verdict.state === "checking" || known.verdict.state === "stale";
  return passing ? known.before : known.verdict;
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
