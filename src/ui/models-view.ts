import { basename } from "node:path";
import {
  EventEmitter,
  l10n,
  type Memento,
  type TreeDataProvider,
  TreeItem,
  type TreeView,
  window,
  workspace,
} from "vscode";
import { isAlarm } from "../core/manifest/innocent-differences.ts";
import type { VerdictState } from "../core/verdict.ts";
import { setContextKey } from "../platform/context-keys.ts";
import { DisposableStore } from "../platform/disposables.ts";
import { VIEWS } from "../platform/ids.ts";
import { onSettingChanged, TRUST_SETTINGS } from "../platform/settings.ts";
import type { Origins } from "../workspace/origins.ts";
import { type KnownModel, type ModelRegistry, type RegistryChange, settledVerdict } from "../workspace/registry.ts";
import type { Row } from "./rows.ts";
import type { FactNode, FolderNode, StateNode, TreeNode } from "./tree-nodes.ts";

/** Key of the memento. */
const GROUPED = "groupModelsByVerdict";

/** The tree of models. The code for its rows is loaded with the first row. */
export class ModelsView implements TreeDataProvider<TreeNode> {
  readonly #registry: ModelRegistry;
  readonly #state: Memento;
  readonly #origins: Origins;
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.add(new EventEmitter<TreeNode | undefined>());
  readonly #view: TreeView<TreeNode>;
  #filter: ReadonlySet<VerdictState> | undefined;
  #grouped: boolean;
  /** The rows about the whole list that are shown. */
  #notes = "";
  #unknownSigners = "";
  readonly onDidChangeTreeData = this.#changed.event;

  /** @param state remembers whether the models of this workspace are grouped */
  constructor(registry: ModelRegistry, origins: Origins, state: Memento) {
    this.#registry = registry;
    this.#origins = origins;
    this.#state = state;
    this.#grouped = state.get<unknown>(GROUPED) === true;
    this.#view = this.#store.add(
      window.createTreeView(VIEWS.models, { treeDataProvider: this, canSelectMany: true, showCollapseAll: true }),
    );
    this.#store.add(registry.onDidChange((change) => this.#update(change)));
    this.#store.add(origins.onDidChange((path) => this.#changed.fire(path)));
    this.#store.add(workspace.onDidGrantWorkspaceTrust(() => this.#describe()));
    this.#store.add(onSettingChanged(TRUST_SETTINGS, () => this.#changed.fire(undefined)));
    this.#describe();
  }

  /** Opens the view and selects and expands the model. */
  async show(path: string): Promise<void> {
    const model = this.#registry.get(path);
    if (model === undefined) return;
    if (this.#filter?.has(this.groupOf(model)) === false) this.setFilter(undefined);
    await this.#view.reveal(path, { select: true, focus: true, expand: 1 });
  }

  /** Verdicts whose models are listed; undefined for all. */
  get filter(): ReadonlySet<VerdictState> | undefined {
    return this.#filter;
  }

  setFilter(states: ReadonlySet<VerdictState> | undefined): void {
    this.#filter = states;
    this.#changed.fire(undefined);
    this.#describe();
  }

  /** Groups the models by their verdicts, or lists them by path. */
  async setGrouped(grouped: boolean): Promise<void> {
    this.#grouped = grouped;
    this.#changed.fire(undefined);
    this.#describe();
    await this.#state.update(GROUPED, grouped);
  }

  /** The verdict that filter and groups use: during a check, the previous one. */
  groupOf(model: KnownModel): VerdictState {
    return settledVerdict(model).state;
  }

  async getChildren(node?: TreeNode): Promise<TreeNode[]> {
    if (node === undefined) {
      const { filterNote, listNotes } = await import("./tree-notes.ts");
      const { above, below } = listNotes(this.#registry);
      const filtered = this.#filter === undefined ? [] : [filterNote()];
      this.#notes = noteKey(above, below);
      const { settingNotes } = await import("./setting-notes.ts");
      // Without models, the view shows its welcome text only.
      const ofSettings = this.#registry.models.length === 0 ? [] : await settingNotes();
      const first = [...filtered, ...ofSettings, ...above];
      return [...first.map(factOf()), ...(await this.#roots()), ...below.map(factOf())];
    }
    if (typeof node === "string") {
      const { factsOf } = await import("./tree-nodes.ts");
      const model = this.#registry.get(node);
      return model === undefined ? [] : [...factsOf(model, this.#origins.get(node))];
    }
    if (node.kind === "fact") return (node.children ?? []).map(factOf(node.model));
    return this.#below(node).map(({ path }) => path);
  }

  getParent(node: TreeNode): TreeNode | undefined {
    const model = typeof node === "string" ? this.#registry.get(node) : undefined;
    if (model === undefined) return undefined;
    if (this.#grouped) return { kind: "state", state: this.groupOf(model) };
    return severalFolders() ? { kind: "folder", path: model.folder } : undefined;
  }

  async getTreeItem(node: TreeNode): Promise<TreeItem> {
    const { factItem, folderItem, modelItem, stateItem } = await import("./tree-items.ts");
    if (typeof node === "string") {
      const model = this.#registry.get(node);
      if (model === undefined) return new TreeItem(basename(node));
      this.#origins.request(node);
      return modelItem(model, this.#around(model), this.#origins.get(node));
    }
    if (node.kind === "state") return stateItem(node, this.#below(node).length);
    return node.kind === "folder" ? folderItem(node) : factItem(node);
  }

  async resolveTreeItem(item: TreeItem, node: TreeNode): Promise<TreeItem> {
    const { modelHover } = await import("./hover.ts");
    const model = typeof node === "string" ? this.#registry.get(node) : undefined;
    if (model !== undefined) item.tooltip = modelHover(model, this.#origins.get(model.path));
    return item;
  }

  dispose(): void {
    this.#store.dispose();
  }

  get #listed(): readonly KnownModel[] {
    const filter = this.#filter;
    const { models } = this.#registry;
    return filter === undefined ? models : models.filter((model) => filter.has(this.groupOf(model)));
  }

  #below(node: FolderNode | StateNode): readonly KnownModel[] {
    return this.#listed.filter((model) =>
      node.kind === "state" ? this.groupOf(model) === node.state : model.folder === node.path,
    );
  }

  async #roots(): Promise<TreeNode[]> {
    const models = this.#listed;
    if (this.#grouped) {
      const { SEVERITY } = await import("../workspace/worst-first.ts");
      const used = new Set(models.map((model) => this.groupOf(model)));
      return SEVERITY.filter((state) => used.has(state)).map((state) => ({ kind: "state", state }));
    }
    if (!severalFolders()) return models.map(({ path }) => path);
    const used = new Set(models.map(({ folder }) => folder));
    const order = [...(workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath), undefined];
    return order.filter((folder) => used.has(folder)).map((path) => ({ kind: "folder", path }));
  }

  /** The models that are listed together with this one. */
  #around(model: KnownModel): readonly KnownModel[] {
    const { models } = this.#registry;
    return severalFolders() && !this.#grouped ? models.filter(({ folder }) => folder === model.folder) : models;
  }

  #update({ paths, list, progress }: RegistryChange): void {
    // A changed verdict may change whether its model passes the filter, and its group.
    if (!progress && (list || this.#filter !== undefined || this.#grouped)) {
      this.#changed.fire(undefined);
    } else {
      for (const path of paths) this.#changed.fire(path);
    }
    // It changes nothing about the whole list.
    if (progress) return;
    void this.#refreshNotes();
    this.#describe();
  }

  /** Rows about the whole list depend on the verdicts. */
  async #refreshNotes(): Promise<void> {
    const { listNotes, unknownSignerNote } = await import("./tree-notes.ts");
    const { above, below } = listNotes(this.#registry);
    const note = unknownSignerNote(this.#registry);
    if (note !== this.#unknownSigners) {
      this.#unknownSigners = note;
      this.#describe();
    }
    if (noteKey(above, below) !== this.#notes) this.#changed.fire(undefined);
  }

  #describe(): void {
    const { models } = this.#registry;
    setContextKey("hasModels", models.length > 0);
    const bad = models.filter(({ verdict }) => isAlarm(verdict)).length;
    const tooltip = bad === 1 ? l10n.t("1 model failed verification") : l10n.t("{0} models failed verification", bad);
    this.#view.badge = bad === 0 ? undefined : { value: bad, tooltip };
    setContextKey("filtered", this.#filter !== undefined);
    setContextKey("grouped", this.#grouped);
    const messages = [
      ...(!workspace.isTrusted && models.length > 0
        ? [l10n.t("Restricted Mode: models are verified only on request, and signing is disabled.")]
        : []),
      ...(this.#unknownSigners === "" ? [] : [this.#unknownSigners]),
      ...(this.#filter === undefined ? [] : [l10n.t("Showing {0} of {1}.", this.#listed.length, models.length)]),
    ];
    this.#view.message = messages.join(" ");
  }
}

function factOf(model?: string): (row: Row) => FactNode {
  return (row) => ({ ...row, kind: "fact", ...(model !== undefined && { model }) });
}

function noteKey(...notes: readonly (readonly Row[])[]): string {
  return JSON.stringify(notes.map((some) => some.map(({ id, description }) => [id, description])));
}

function severalFolders(): boolean {
  return (workspace.workspaceFolders?.length ?? 0) > 1;
}
