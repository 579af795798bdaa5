import { setImmediate } from "node:timers/promises";
import type { EngineClient } from "../engine-client.ts";
import type { CallOptions, CallResult } from "../protocol.ts";
import type {
  FilePage,
  FileQuery,
  Findings,
  FoundFiles,
  OpenSignatureCalls,
  SignatureSource,
  SignatureSummary,
  StateCounts,
  TextPage,
} from "./requests.ts";

/** Files that are copied for the engine at a stretch: a millisecond or so. */
const SLICE = 1000;

let views = 0;

/** A signature file that the engine has open; opened again, and compared again, where the engine was started anew. */
export class SignatureView {
  readonly #client: EngineClient;
  readonly #view = views++;
  readonly #release: () => void;
  #source: SignatureSource;
  #findings: Findings | undefined;
  #closed = false;

  private constructor(client: EngineClient, source: SignatureSource) {
    this.#client = client;
    this.#source = source;
    this.#release = client.hold();
  }

  /** @returns the view and what the file says */
  static async open(
    client: EngineClient,
    source: SignatureSource,
  ): Promise<{ readonly view: SignatureView; readonly summary: SignatureSummary }> {
    const view = new SignatureView(client, source);
    try {
      return { view, summary: await view.read(source) };
    } catch (error) {
      view.dispose();
      throw error;
    }
  }

  /** Reads the file again, or another. */
  read(source: SignatureSource): Promise<SignatureSummary> {
    this.#source = source;
    return this.#call("openSignature", { source });
  }

  /** Sends what a check found, a slice at a time: this thread goes on in between. */
  async compare(findings: Findings): Promise<StateCounts> {
    this.#findings = findings;
    const { changed, missing, added, passed, leftOut, ...comparing } = findings;
    const lists: FoundFiles = { changed, missing, added, passed, leftOut };
    for (const [name, list] of Object.entries(lists)) {
      for (let from = 0; from < list.length; from += SLICE) {
        const files = { [name]: list.slice(from, from + SLICE) };
        if ((await this.#call("addFindings", { files })) === undefined) return this.#again(findings);
        await setImmediate();
      }
    }
    return (await this.#call("compareSignature", { comparing })) ?? this.#again(findings);
  }

  page(query: FileQuery): Promise<FilePage> {
    return this.#ask("filePage", { query });
  }

  lines(offset: number, count: number): Promise<TextPage> {
    return this.#ask("textPage", { range: { offset, count } });
  }

  dispose(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#client.pid !== undefined) this.#client.call("closeSignature", { view: this.#view }).catch(() => {});
    this.#release();
  }

  async #again(findings: Findings): Promise<StateCounts> {
    await this.read(this.#source);
    return this.compare(findings);
  }

  async #ask<K extends "filePage" | "textPage">(
    call: K,
    options: Omit<CallOptions<K>, "view">,
  ): Promise<NonNullable<CallResult<K>>> {
    const answer = await this.#call(call, options);
    if (answer !== undefined) return answer as NonNullable<CallResult<K>>;
    await this.read(this.#source);
    if (this.#findings !== undefined) await this.compare(this.#findings);
    return (await this.#call(call, options)) as NonNullable<CallResult<K>>;
  }

  async #call<K extends keyof OpenSignatureCalls>(
    call: K,
    options: Omit<CallOptions<K>, "view">,
  ): Promise<CallResult<K>> {
    if (this.#closed) throw new Error("The signature was closed.");
    return this.#client.call(call, { ...options, view: this.#view } as CallOptions<K>, { mayRepeat: true });
  }
}
