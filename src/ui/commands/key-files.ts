import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { type Memento, Uri } from "vscode";
import { texts } from "../../platform/shapes.ts";

const RECENT = "recentPrivateKeys";
const RECENT_LIMIT = 5;

/** Where the person's key files are: paths of private keys used before, and copies of public keys that are trusted. */
export class KeyFiles {
  readonly #state: Memento;
  readonly #own: string;

  /** @param own the extension's own folder, outside any workspace */
  constructor(state: Memento, own: string) {
    this.#state = state;
    this.#own = own;
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

  /** Writes a public key or certificate where no workspace reaches it, and returns the path. */
  async keepCopy(label: string, pem: string): Promise<string> {
    const digest = createHash("sha256").update(pem).digest("hex").slice(0, 8);
    const file = join(this.#own, "trusted", digest, label);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, pem);
    return file;
  }
}
