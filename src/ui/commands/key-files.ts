import { homedir } from "node:os";
import { dirname } from "node:path";
import { type Memento, Uri } from "vscode";
import { texts } from "../../platform/shapes.ts";

const RECENT = "recentPrivateKeys";
const RECENT_LIMIT = 5;

/** The paths of the private keys that the user signed with before. */
export class KeyFiles {
  readonly #state: Memento;

  constructor(state: Memento) {
    this.#state = state;
  }

  /** Absolute paths, last used first. */
  get recent(): readonly string[] {
    return texts(this.#state.get<unknown>(RECENT));
  }

  /** The folder where file dialogs start: that of the last key, otherwise the home folder; never a workspace by default. */
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
