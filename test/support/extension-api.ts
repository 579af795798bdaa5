import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { extensions, RelativePattern, Uri, workspace } from "vscode";
import type { Api } from "../../src/api.ts";
import type { Verdict, VerdictState } from "../../src/core/verdict.ts";

export const EXTENSION = "model-provenance.model-provenance";

/** The extension's own answer, once it runs; nothing here starts it. */
export async function extensionApi(): Promise<Api> {
  await until("the extension is active", () => extensions.getExtension(EXTENSION)?.isActive === true);
  const api: Api | undefined = extensions.getExtension(EXTENSION)?.exports;
  assert.ok(api);
  return api;
}

/** Every state that a model goes through from now on. */
export class Watched {
  readonly states: VerdictState[] = [];
  readonly #api: Api;
  readonly #uri: Uri;
  readonly #subscription: { dispose(): void };

  constructor(api: Api, path: string) {
    this.#api = api;
    this.#uri = Uri.file(path);
    this.#subscription = api.onDidChangeVerdict((models) => {
      if (!models.some((uri) => uri.fsPath === this.#uri.fsPath)) return;
      const state = this.verdict?.state;
      if (state !== undefined && this.states.at(-1) !== state) this.states.push(state);
    });
  }

  get verdict(): Verdict | undefined {
    return this.#api.getVerdict(this.#uri);
  }

  async reaches(...states: readonly VerdictState[]): Promise<Verdict> {
    await until(
      `${this.#uri.fsPath} is ${states.join(" or ")}`,
      () => {
        const state = this.verdict?.state;
        return state !== undefined && states.includes(state);
      },
      () => `it is ${this.verdict?.state} after ${this.states.join(", ")}`,
    );
    const { verdict } = this;
    assert.ok(verdict);
    return verdict;
  }

  dispose(): void {
    this.#subscription.dispose();
  }
}

/** Waits until the editor has reported every change of files below a workspace folder that was made until now. */
export async function changesReported(folder: string): Promise<void> {
  const name = `reported-${process.hrtime.bigint()}.txt`;
  const watcher = workspace.createFileSystemWatcher(new RelativePattern(folder, name));
  const reported = new Promise<void>((resolve) => watcher.onDidCreate(() => resolve()));
  writeFileSync(join(folder, name), "");
  try {
    await reported;
  } finally {
    watcher.dispose();
    rmSync(join(folder, name));
  }
}

/** Milliseconds between two looks. */
const LOOK = 20;
const PATIENCE = 15_000;

export async function until(what: string, condition: () => boolean, instead = () => ""): Promise<void> {
  for (const end = Date.now() + PATIENCE; !condition(); ) {
    assert.ok(Date.now() < end, `In vain waited until ${what} ${instead()}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK));
  }
}
