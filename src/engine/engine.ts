import type { DigestOptions } from "../core/hashing/digest-request.ts";
import type { Policy } from "../core/policy/policy.ts";
import type { PublicSigstore } from "../core/policy/policy-trust.ts";
import type { PreviewedModel, PreviewOptions } from "../core/policy-preview.ts";
import type { SignOptions, SignResult } from "../core/sign.ts";
import type { Trust } from "../core/trust.ts";
import type { Verdict } from "../core/verdict.ts";
import type { VerificationHint } from "../core/verification-hint.ts";
import type { AuthenticateOptions } from "../core/verify.ts";
import type { CheckRequest } from "./check-model.ts";
import type { ClientOptions, EngineClient } from "./engine-client.ts";
import type { EntrySize } from "./entry-sizes.ts";
import { packTrust, SigstoreAnswers } from "./portable-trust.ts";
import type { Question } from "./protocol.ts";
import type { ResigningOptions, ResigningPreview } from "./resigning-preview.ts";
import type { SearchRequest, SearchResult } from "./search-models.ts";
import type { SignatureSource, SignatureSummary } from "./signature-view/requests.ts";
import type { SignatureView } from "./signature-view/signature-view.ts";
import type { SigningPreview } from "./signing-preview.ts";

/**
 * What the engine does for the window: all that touches models and signatures. What comes back is the same as without
 * a process in between. Its client is loaded with the first call.
 */
export class Engine {
  readonly #options: ClientOptions;
  #client: Promise<EngineClient> | undefined;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  /** Of the process that there is now. */
  async pid(): Promise<number | undefined> {
    return (await this.#client)?.pid;
  }

  /** @throws ProvenanceError MODEL_NOT_FOUND, MODEL_UNREADABLE (the folder), CANCELLED */
  async searchModels(request: SearchRequest, signal?: AbortSignal): Promise<SearchResult> {
    return (await this.#started()).call("searchModels", request, { signal, leaveAtOnce: true, mayRepeat: true });
  }

  /** See the core's `findSignatures`. */
  async findSignatures(model: string): Promise<readonly string[]> {
    return (await this.#started()).call("findSignatures", { model }, { mayRepeat: true });
  }

  /** About how many bytes a model has; see the core's `sizeHint`. */
  async sizeHint(model: string, signal: AbortSignal): Promise<number> {
    return (await this.#started()).call("sizeHint", { model }, { signal, leaveAtOnce: true, mayRepeat: true });
  }

  /** What a signature that is made now would cover and leave out. */
  async previewSigning(model: string, signature: string): Promise<SigningPreview> {
    return (await this.#started()).call("previewSigning", { model, signature }, { mayRepeat: true });
  }

  /** Bytes of files, and of all files below folders, by their names in `root`. */
  async entrySizes(root: string, names: readonly string[]): Promise<readonly EntrySize[]> {
    return (await this.#started()).call("entrySizes", { root, names }, { mayRepeat: true });
  }

  async readVerificationHint(signature: string): Promise<VerificationHint> {
    return (await this.#started()).call("readVerificationHint", { signature }, { mayRepeat: true });
  }

  async authenticate({ trust, ...options }: AuthenticateOptions): Promise<Verdict> {
    const held = { answer: answering(trust), mayRepeat: true };
    return (await this.#started()).call("authenticate", { ...options, trust: packTrust(trust) }, held);
  }

  /** One check of one model; see `checkModel`. */
  async check({ trust, ...request }: CheckRequest, watching: CheckWatching = {}): Promise<Verdict> {
    const { signal, onProgress } = watching;
    const held = { signal, onProgress, answer: answering(trust, watching), leaveAtOnce: true, mayRepeat: true };
    return (await this.#started()).call("check", { ...request, trust: packTrust(trust) }, held);
  }

  /** As the core's `previewPolicy`. */
  async previewPolicy(policy: Policy, { publicSigstore, ...models }: PreviewOptions): Promise<PreviewedModel[]> {
    const { packPolicy } = await import("./portable-policy.ts");
    const held = { answer: answering({}, { publicSigstore }), mayRepeat: true };
    return (await this.#started()).call("previewPolicy", { ...models, policy: await packPolicy(policy) }, held);
  }

  /** As the core's `newlyAccepted`. */
  async newlyAccepted(before: Policy, after: Policy, { publicSigstore, ...models }: PreviewOptions): Promise<string[]> {
    const { packPolicy } = await import("./portable-policy.ts");
    const held = { answer: answering({}, { publicSigstore }), mayRepeat: true };
    const packed = { before: await packPolicy(before), after: await packPolicy(after) };
    return (await this.#started()).call("newlyAccepted", { ...models, ...packed }, held);
  }

  /** As the core's `sign`; keyless signatures are made here, of a statement that the engine has written. */
  async sign(options: SignOptions): Promise<SignResult> {
    const { signal, onProgress, confirmReplacement, pool: _, cache: __, prepare: ___, ...portable } = options;
    const { identity } = portable;
    const client = await this.#started();
    if (identity.method !== "sigstore") {
      const answer = async (question: Question) =>
        question.about === "replacement" ? confirmReplacement?.(question.replacement) : undefined;
      return client.call("sign", { ...portable, identity }, { signal, onProgress, answer });
    }
    const { sign } = await import("../core/sign.ts");
    return sign({
      ...options,
      prepare: ({ signal: _, onProgress: __, pool: ___, cache: ____, trust, ...rest }) => {
        const held = { signal, onProgress, answer: answering(trust), leaveAtOnce: true, mayRepeat: true };
        return client.call("prepare", { ...rest, trust: packTrust(trust) }, held);
      },
    });
  }

  /** How a new signature would differ from the existing one; see `previewResigning`. */
  async previewResigning(
    options: ResigningOptions,
    watching: Pick<CheckWatching, "signal" | "onProgress">,
  ): Promise<ResigningPreview | undefined> {
    const held = { ...watching, leaveAtOnce: true, mayRepeat: true };
    return (await this.#started()).call("previewResigning", options, held);
  }

  /** Opens a signature file whose lists and text are read in pages. */
  async openSignature(
    source: SignatureSource,
  ): Promise<{ readonly view: SignatureView; readonly summary: SignatureSummary }> {
    const { SignatureView } = await import("./signature-view/signature-view.ts");
    return SignatureView.open(await this.#started(), source);
  }

  /** Ends the process. Calls under way reject with `CANCELLED`. */
  async dispose(): Promise<void> {
    await (await this.#client)?.dispose();
  }

  #started(): Promise<EngineClient> {
    this.#client ??= import("./engine-client.ts").then(({ EngineClient }) => new EngineClient(this.#options));
    return this.#client;
  }
}

/** What the caller of a check hears of it, and what it is asked. */
export interface CheckWatching extends DigestOptions {
  /** Awaited before any file of the model is read. */
  readonly onBegin?: (signatures: readonly string[]) => Promise<void>;
  readonly publicSigstore?: PublicSigstore;
}

function answering(trust: Trust, watching: CheckWatching = {}): (question: Question) => Promise<unknown> {
  const { onBegin, publicSigstore } = watching;
  const answers = {
    trust: new SigstoreAnswers(trust.sigstore),
    public: new SigstoreAnswers(publicSigstore && (async () => ({ ...(await publicSigstore()), identities: [] }))),
  };
  return async (question) => {
    if (question.about === "begin") return onBegin?.(question.signatures);
    if (question.about === "replacement") return undefined;
    return answers[question.of][question.about]();
  };
}
