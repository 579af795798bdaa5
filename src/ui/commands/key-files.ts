import { dirname } from "node:path";
import { type Memento, Uri } from "vscode";
import { dialogFolder } from "../../platform/dialog-folder.ts";
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

  /** The folder where dialogs for private keys start: that of the last one, otherwise where all dialogs do. */
  get folder(): Uri {
    const [last] = this.recent;
    return last === undefined ? dialogFolder() : Uri.file(dirname(last));
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
