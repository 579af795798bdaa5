import * as v from "valibot";
import { commands, env, l10n, Position, Range, Uri, type WebviewPanel, window } from "vscode";
import { guarded } from "../../platform/commands.ts";
import { DisposableStore } from "../../platform/disposables.ts";
import { COMMANDS } from "../../platform/ids.ts";
import type { Log } from "../../platform/log.ts";
import { plainText } from "../../platform/plain-text.ts";
import { type Button, FromPage, LINES_AT_ONCE, ROWS_AT_ONCE, type ToPage } from "./messages.ts";
import { PAGE_FILES, pageHtml } from "./page.ts";
import { labelsOf } from "./presentation/labels.ts";
import type { Links } from "./presentation/links.ts";
import { openedAtDifferences, type ViewerDocument } from "./viewer-document.ts";

/** One page of the viewer: sends its state, and handles its messages. */
export class ViewerPanel {
  readonly #document: ViewerDocument;
  readonly #panel: WebviewPanel;
  readonly #log: Log;
  readonly #store = new DisposableStore();
  #links: Links | undefined;
  /** Whether the page runs. It ends when hidden, and starts again when shown. */
  #ready = false;
  #updating: Promise<unknown> = Promise.resolve();

  constructor(document: ViewerDocument, panel: WebviewPanel, dist: Uri, log: Log) {
    this.#document = document;
    this.#panel = panel;
    this.#log = log;
    panel.webview.options = {
      enableScripts: true,
      enableForms: false,
      localResourceRoots: [dist],
      enableCommandUris: false,
    };
    this.#store.add(panel.webview.onDidReceiveMessage((message: unknown) => void this.#receive(message)));
    this.#store.add(document.onDidChange(() => this.#update()));
    this.#store.add(
      panel.onDidChangeViewState(() => {
        if (!panel.visible) this.#ready = false;
      }),
    );
    this.#store.add(panel.onDidDispose(() => this.#store.dispose()));
    const at = (name: string): string => panel.webview.asWebviewUri(Uri.joinPath(dist, name)).toString();
    panel.webview.html = pageHtml(
      { script: at(PAGE_FILES.script), style: at(PAGE_FILES.style) },
      document.title,
      env.language,
      labelsOf(l10n.t),
    );
  }

  async #receive(message: unknown): Promise<void> {
    const parsed = v.safeParse(FromPage, message);
    if (!parsed.success) {
      this.#log.warn("The signature viewer sent an invalid message.");
      return;
    }
    await guarded(this.#log, () => this.#handle(parsed.output));
  }

  async #handle(message: FromPage): Promise<void> {
    switch (message.type) {
      case "ready":
        this.#ready = true;
        return this.#update();
      case "rows": {
        const { request, offset, filter, search } = message;
        const { generation, total, rows } = await this.#document.rows({ filter, search, offset, count: ROWS_AT_ONCE });
        return this.#send({ type: "rows", request, generation, offset, total, rows });
      }
      case "lines": {
        const { total, lines } = await this.#document.lines({ offset: message.offset, count: LINES_AT_ONCE });
        return this.#send({ type: "lines", offset: message.offset, total, lines: lines.map(plainText) });
      }
      case "open":
        return this.#open(message.link);
      case "copy":
        await env.clipboard.writeText(message.text);
        return this.#send({ type: "copied" });
      case "do":
        return this.#do(message.action);
    }
  }

  async #open(link: number): Promise<void> {
    const target = this.#links?.get(link);
    if (target === undefined) return;
    if (target.kind === "web") {
      await env.openExternal(Uri.parse(target.url, true));
      return;
    }
    const { file, line, column } = target.location;
    const at = new Position(Math.max(0, line - 1), Math.max(0, column - 1));
    await window.showTextDocument(Uri.file(file), { selection: new Range(at, at) });
  }

  async #do(action: Button["action"]): Promise<void> {
    const { uri } = this.#document;
    if (action === "reopenAsText") {
      // The first command replaces this editor, but only if it is active.
      if (this.#panel.active) await commands.executeCommand("workbench.action.reopenTextEditor");
      else await commands.executeCommand("vscode.openWith", uri, "default", this.#panel.viewColumn);
      return;
    }
    const model = this.#document.modelPath();
    if (model !== undefined) await commands.executeCommand(COMMANDS[action], model);
  }

  /** Sends the state, after what is sent already. */
  #update(): void {
    this.#updating = this.#updating.then(() => guarded(this.#log, () => this.#sendState()));
  }

  async #sendState(): Promise<void> {
    if (!this.#ready || this.#store.disposed) return;
    const { state, links } = await this.#document.state();
    this.#links = links;
    this.#send(state);
    if (this.#ready && openedAtDifferences.delete(this.#document.uri.toString()))
      this.#send({ type: "showDifferences" });
  }

  /** A page that is hidden meanwhile may never take the message, so nothing waits for that. */
  #send(message: ToPage): void {
    if (!this.#store.disposed) void this.#panel.webview.postMessage(message);
  }
}
