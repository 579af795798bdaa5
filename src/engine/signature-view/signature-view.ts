import { setImmediate } from "node:timers/promises";
import type { EngineClient } from "../engine-client.ts";
import type { CallOptions, CallResult } from "../protocol.ts";
import type {
  FilePage,
  FileQuery,
  Findings,
  OpenSignatureCalls,
  PageRange,
  SignatureSource,
  SignatureSummary,
  StateCounts,
  TextPage,
} from "./requests.ts";

/** Files that are sent to the engine at once, which takes about a millisecond. */
const SLICE = 1000;

let views = 0;

/** A signature file that the engine has open. If the engine ended meanwhile, opens and compares it again. */
export class SignatureView {
  readonly #client: EngineClient;
  readonly #view = views++;
  #source: SignatureSource;
  #findings: Findings | undefined;
  #closed = false;

  constructor(client: EngineClient, source: SignatureSource) {
    this.#client = client;
    this.#source = source;
  }

  /** Reads the file, or another one. */
  read(source: SignatureSource): Promise<SignatureSummary> {
    this.#source = source;
    return this.#call("openSignature", { source });
  }

  /** Sends what a verification found, in slices, so that this thread is not blocked. */
  async compare(findings: Findings): Promise<StateCounts> {
    const counts = await this.#reopening(() => this.#send(findings));
    this.#findings = findings;
    return counts;
  }

  page(query: FileQuery): Promise<FilePage> {
    return this.#reopening(() => this.#call("filePage", { query }));
  }

  lines(range: PageRange): Promise<TextPage> {
    return this.#reopening(() => this.#call("textPage", { range }));
  }

  dispose(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#client.pid !== undefined) this.#client.call("closeSignature", { view: this.#view }).catch(() => {});
  }

  async #send({ files, ...findings }: Findings): Promise<StateCounts | undefined> {
    for (let from = 0; from < files.length; from += SLICE) {
      const slice = files.slice(from, from + SLICE);
      if ((await this.#call("addFindings", { files: slice })) === undefined) return undefined;
      await setImmediate();
    }
    return this.#call("compareSignature", { findings });
  }

  async #reopening<T>(ask: () => Promise<T | undefined>): Promise<T> {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await this.read(this.#source);
    if (this.#findings !== undefined) await this.#send(this.#findings);
    const second = await ask();
    if (second === undefined) throw new Error("The engine was restarted twice.");
    return second;
  }

  async #call<K extends keyof OpenSignatureCalls>(
    call: K,
    options: Omit<CallOptions<K>, "view">,
  ): Promise<CallResult<K>> {
    if (this.#closed) throw new Error("The signature was closed.");
    return this.#client.call(call, { ...options, view: this.#view } as CallOptions<K>, { mayRepeat: true });
  }
}
