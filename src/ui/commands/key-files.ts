import { homedir } from "node:os";
import { dirname } from "node:path";
import { type Memento, Uri } from "vscode";
import { texts } from "../../platform/shapes.ts";

const RECENT = "recentPrivateKeys";
const RECENT_LIMIT = 5;

/** Where the person's key files are: paths of private keys used before. */
export class KeyFiles {
  readonly #state: Memento;

  constructor(state: Memento) {
    this.#state = state;
  }

  /** Absolute paths, last used first. */
  get recent(): readonly string[] {
    return texts(this.#state.get<unknown>(RECENT));
  }

  /** Where to look for a key: beside the last one, else at home; never in a workspace by default. */
  get folder(): Uri {
    const [last] = this.recent;
    return Uri.file(last === undefined ? homedir() : dirname(last));
  }

  async used(file: string): Promise<void> {
    await this.#state.update(RECENT, [file, ...this.recent.filter((other) => other !== file)].slice(0, RECENT_LIMIT));
  }

  async gone(file: string): Promise<void> {
    await this.#state.update(
      RECENT,
      this.recent.filter((other) => other !== file),
    );
  }
}
