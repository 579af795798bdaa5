import type { OpenSignatureCalls } from "./requests.ts";
import { SignatureReader } from "./signature-reader.ts";

type Handlers = {
  readonly [K in keyof OpenSignatureCalls]: (
    options: Parameters<OpenSignatureCalls[K]>[0],
  ) => Promise<ReturnType<OpenSignatureCalls[K]>>;
};

/** The signature files that the engine has open, by the caller's number. */
export class OpenSignatures implements Handlers {
  readonly #readers = new Map<number, SignatureReader>();
  /** What is asked about a file is answered in the order of the questions. */
  readonly #turns = new Map<number, Promise<unknown>>();

  openSignature: Handlers["openSignature"] = ({ view, source }) => {
    const reader = this.#readers.get(view) ?? new SignatureReader();
    this.#readers.set(view, reader);
    return this.#next(view, () => reader.open(source));
  };

  addFindings: Handlers["addFindings"] = ({ view, files }) =>
    this.#ask(view, (reader) => {
      reader.found(files);
      return true;
    });

  compareSignature: Handlers["compareSignature"] = ({ view, comparing }) =>
    this.#ask(view, (reader) => reader.compare(comparing));

  filePage: Handlers["filePage"] = ({ view, query }) => this.#ask(view, (reader) => reader.page(query));

  textPage: Handlers["textPage"] = ({ view, range }) => this.#ask(view, (reader) => reader.lines(range));

  closeSignature: Handlers["closeSignature"] = async ({ view }) => {
    this.#readers.delete(view);
    this.#turns.delete(view);
  };

  #ask<T>(view: number, question: (reader: SignatureReader) => T): Promise<T | undefined> {
    const reader = this.#readers.get(view);
    return reader === undefined ? Promise.resolve(undefined) : this.#next(view, () => question(reader));
  }

  #next<T>(view: number, action: () => T | Promise<T>): Promise<T> {
    const turn = (this.#turns.get(view) ?? Promise.resolve()).then(action, action);
    this.#turns.set(view, turn);
    return turn;
  }
}
