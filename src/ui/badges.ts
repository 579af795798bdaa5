import { join } from "node:path";
import {
  EventEmitter,
  FileDecoration,
  type FileDecorationProvider,
  l10n,
  type ProviderResult,
  Uri,
  window,
} from "vscode";
import { firstChangedFiles, isUndownloaded } from "../core/manifest/changed-files.ts";
import { signerName } from "../core/presentation/signer-text.ts";
import { verdictLabel } from "../core/presentation/verdict-labels.ts";
import type { Verdict } from "../core/verdict.ts";
import { DisposableStore } from "../platform/disposables.ts";
import { plainText } from "../platform/plain-text.ts";
import { onSettingChanged, setting } from "../platform/settings.ts";
import type { KnownModel, ModelRegistry } from "../workspace/registry.ts";
import { EDITOR } from "./localizer.ts";
import { modelSentence } from "./model-text.ts";
import { themeColour } from "./theme.ts";

/** VS Code cuts larger events down to one address for each folder. */
const EVENT_LIMIT = 250;

/** Changed or added files that have a badge of their own. */
const FILES_SHOWN = 1_000;

/** Badges in the explorer, on models and on the files that changed or were added. */
export class Badges implements FileDecorationProvider {
  readonly #registry: ModelRegistry;
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.add(new EventEmitter<Uri[]>());
  /** Decorations by model and path. */
  readonly #shown = new Map<string, ReadonlyMap<string, FileDecoration>>();
  readonly onDidChangeFileDecorations = this.#changed.event;

  constructor(registry: ModelRegistry) {
    this.#registry = registry;
    this.#store.add(window.registerFileDecorationProvider(this));
    this.#store.add(registry.onDidChange(({ paths }) => this.#update(paths)));
    this.#store.add(onSettingChanged(["badges"], () => this.#update([...this.#everything()])));
    this.#update([...this.#everything()]);
  }

  provideFileDecoration(uri: Uri): ProviderResult<FileDecoration> {
    if (uri.scheme !== "file") return undefined;
    const path = uri.fsPath;
    const own = this.#shown.get(path)?.get(path);
    if (own !== undefined) return own;
    for (const model of this.#registry.holding(path)) {
      const decoration = this.#shown.get(model.path)?.get(path);
      if (decoration !== undefined) return decoration;
    }
    return undefined;
  }

  dispose(): void {
    this.#store.dispose();
  }

  #everything(): Set<string> {
    return new Set([...this.#shown.keys(), ...this.#registry.models.map(({ path }) => path)]);
  }

  #update(models: readonly string[]): void {
    const touched = new Set<string>();
    const enabled = setting("badges");
    for (const path of models) {
      const model = this.#registry.get(path);
      const before = this.#shown.get(path) ?? new Map<string, FileDecoration>();
      const after = model === undefined || !enabled ? new Map<string, FileDecoration>() : decorations(model);
      if (after.size === 0) this.#shown.delete(path);
      else this.#shown.set(path, after);
      for (const key of before.keys()) if (!after.has(key)) touched.add(key);
      for (const [key, decoration] of after) if (!same(before.get(key), decoration)) touched.add(key);
    }
    const uris = [...touched].map((path) => Uri.file(path));
    for (let from = 0; from < uris.length; from += EVENT_LIMIT)
      this.#changed.fire(uris.slice(from, from + EVENT_LIMIT));
  }
}

/** The decorations of a model in the explorer, by absolute path. */
export function decorations(model: KnownModel): ReadonlyMap<string, FileDecoration> {
  const shown = new Map<string, FileDecoration>();
  const { verdict, path } = model;
  const look = verdictLabel(verdict, l10n.t);
  const comparison = verdict.state === "modified" ? verdict.comparison : undefined;
  const when = [signedText(verdict), checkedText(verdict)].filter((text) => text !== "");
  const decorate = (file: string, badge: string, text: string, colour = look.colour): FileDecoration => {
    const decoration = new FileDecoration(badge, [text, ...when].join(" "), themeColour(colour));
    shown.set(file, decoration);
    return decoration;
  };
  if (comparison !== undefined) {
    const signer = verdict.signer === undefined ? l10n.t("its signer") : plainText(signerName(verdict.signer, l10n.t));
    const changed = l10n.t("Changed since {0} signed it.", signer);
    const added = l10n.t("Added since {0} signed the model.", signer);
    const differing = comparison.changed.filter((change) => !isUndownloaded(change));
    for (const { name } of firstChangedFiles({ ...comparison, changed: differing }, FILES_SHOWN))
      decorate(join(path, name), "✗", changed, "red");
    for (const { name } of comparison.added.slice(0, FILES_SHOWN)) decorate(join(path, name), "+", added);
  }
  if (look.badge !== undefined) decorate(path, look.badge, modelSentence(model)).propagate = look.colour === "red";
  return shown;
}

function signedText({ signer }: Verdict): string {
  return signer?.method === "sigstore" ? l10n.t("Signed {0}.", EDITOR.time(signer.signedAt)) : "";
}

function checkedText({ checkedAt }: Verdict): string {
  return checkedAt === undefined ? "" : l10n.t("Checked {0}.", EDITOR.time(checkedAt));
}

function same(a: FileDecoration | undefined, b: FileDecoration): boolean {
  return a !== undefined && a.badge === b.badge && a.tooltip === b.tooltip;
}
