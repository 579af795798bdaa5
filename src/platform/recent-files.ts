import { dirname } from "node:path";
import { type Memento, Uri } from "vscode";
import { texts } from "./shapes.ts";

const LIMIT = 5;

/** The files of one kind that the user used before. A workspace cannot set them. */
export class RecentFiles {
  readonly #state: Memento;
  readonly #key: string;

  /** @param key of the memento */
  constructor(state: Memento, key: string) {
    this.#state = state;
    this.#key = key;
  }

  /** Absolute paths, last used first. */
  get recent(): readonly string[] {
    return texts(this.#state.get<unknown>(this.#key));
  }

  /** Where a dialog for another one starts. */
  get folder(): Uri | undefined {
    const [last] = this.recent;
    return last === undefined ? undefined : Uri.file(dirname(last));
  }

  async used(file: string): Promise<void> {
    await this.#set([file, ...this.#others(file)].slice(0, LIMIT));
  }

  async gone(file: string): Promise<void> {
    await this.#set(this.#others(file));
  }

  #others(file: string): string[] {
    return this.recent.filter((other) => other !== file);
  }

  async #set(files: readonly string[]): Promise<void> {
    await this.#state.update(this.#key, files);
  }
}
