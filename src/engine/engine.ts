import type { DigestOptions } from "../core/hashing/digest-request.ts";
import type { PreviewedModel, PreviewOptions } from "../core/operations/policy/policy-preview.ts";
import type { SignOptions, SignResult } from "../core/operations/sign/sign.ts";
import type { AuthenticateOptions } from "../core/operations/verify/verify.ts";
import type { PublicSigstore } from "../core/policy/policy-trust.ts";
import type { SigstoreTrust, Trust } from "../core/trust.ts";
import type { Verdict } from "../core/verdict.ts";
import type { CheckRequest } from "./check-model.ts";
import type { CallerSide, ClientOptions, EngineClient } from "./engine-client.ts";
import type { PolicyLocation } from "./policy-source.ts";
import { answerSigstore, packTrust } from "./portable-trust.ts";
import type { CallName, CallOptions, CallResult, PlainCall, Question } from "./protocol.ts";
import type { SignatureSource, SignatureSummary } from "./signature-view/requests.ts";
import type { SignatureView } from "./signature-view/signature-view.ts";

/**
 * The engine as the window uses it: everything that touches models and signatures. Results are the same as without a
 * process in between. The client is loaded with the first call.
 */
export class Engine {
  readonly #options: ClientOptions;
  #client: Promise<EngineClient> | undefined;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  /** Of the current process. */
  async pid(): Promise<number | undefined> {
    return (await this.#client)?.pid;
  }

  /** The function of that name, in the engine. */
  run<K extends PlainCall>(call: K, options: CallOptions<K>, watching: DigestOptions = {}): Promise<CallResult<K>> {
    return this.#call(call, options, { ...watching, leaveAtOnce: true });
  }

  authenticate({ trust, ...options }: AuthenticateOptions): Promise<Verdict> {
    return this.#call("authenticate", { ...options, trust: packTrust(trust) }, { answer: answering(trust) });
  }

  /** One check of one model; see `checkModel`. */
  check({ trust, ...request }: CheckRequest, watching: CheckWatching = {}): Promise<Verdict> {
    const { signal, onProgress } = watching;
    const side = { signal, onProgress, answer: answering(trust, watching), leaveAtOnce: true };
    return this.#call("check", { ...request, trust: packTrust(trust) }, side);
  }

  /** As the core's `previewPolicy`. */
  previewPolicy(policy: PolicyLocation, { publicSigstore, ...models }: PreviewOptions): Promise<PreviewedModel[]> {
    const { file, line, text } = policy;
    const reference = { file, line, ...(text !== undefined && { text }) };
    return this.#call("previewPolicy", { ...models, policy: reference }, { answer: answering({}, { publicSigstore }) });
  }

  /**
   * As the core's `sign`. Signatures that ask the user, or start one of their programs, are made here, over a statement
   * that the engine prepares.
   */
  async sign(options: SignOptions): Promise<SignResult> {
    const { signal, onProgress, confirmReplacement, pool: _, cache: __, prepare: ___, ...portable } = options;
    const { identity } = portable;
    if (identity.method === "key" || identity.method === "certificate") {
      const answer = async (question: Question) =>
        question.about === "replacement" ? confirmReplacement?.(question.replacement) : undefined;
      return this.#call("sign", { ...portable, identity }, { signal, onProgress, answer, mayRepeat: false });
    }
    const { sign } = await import("../core/operations/sign/sign.ts");
    return sign({
      ...options,
      prepare: ({ signal: _, onProgress: __, pool: ___, cache: ____, trust, ...rest }) =>
        this.#call(
          "prepare",
          { ...rest, trust: packTrust(trust) },
          { signal, onProgress, answer: answering(trust), leaveAtOnce: true },
        ),
    });
  }

  /** Opens a signature file, whose lists and text are read in pages. */
  async openSignature(
    source: SignatureSource,
  ): Promise<{ readonly view: SignatureView; readonly summary: SignatureSummary }> {
    const { SignatureView } = await import("./signature-view/signature-view.ts");
    const view = new SignatureView(await this.#started(), source);
    return { view, summary: await view.read(source) };
  }

  /** Ends the process. Calls under way reject with `CANCELLED`. */
  async dispose(): Promise<void> {
    await (await this.#client)?.dispose();
  }

  async #call<K extends CallName>(call: K, options: CallOptions<K>, side: CallerSide = {}): Promise<CallResult<K>> {
    return (await this.#started()).call(call, options, { mayRepeat: true, ...side });
  }

  #started(): Promise<EngineClient> {
    this.#client ??= import("./engine-client.ts").then(({ EngineClient }) => new EngineClient(this.#options));
    return this.#client;
  }
}

/** Callbacks of a check. */
export interface CheckWatching extends DigestOptions {
  /** Awaited before any file of the model is read. */
  readonly onBegin?: (signatures: readonly string[]) => Promise<void>;
  readonly publicSigstore?: PublicSigstore | undefined;
}

function answering(trust: Trust, watching: CheckWatching = {}): (question: Question) => Promise<unknown> {
  const { onBegin, publicSigstore } = watching;
  const given = {
    trust: trust.sigstore,
    public: publicSigstore && (async () => ({ ...(await publicSigstore()), identities: [] })),
  };
  const resolved = new Map<keyof typeof given, Promise<SigstoreTrust>>();
  return async (question) => {
    if (question.about === "begin") return onBegin?.(question.signatures);
    if (question.about === "replacement") return undefined;
    const { of, about } = question;
    const sigstore = given[of];
    if (sigstore === undefined) throw new Error("There is no trust in Sigstore.");
    const known = resolved.get(of) ?? (typeof sigstore === "function" ? sigstore() : Promise.resolve(sigstore));
    resolved.set(of, known);
    return answerSigstore(await known, about);
  };
}
