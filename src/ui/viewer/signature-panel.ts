import * as v from "valibot";
import { commands, env, l10n, Position, Range, Uri, type WebviewPanel, window } from "vscode";
import { guarded } from "../../platform/commands.ts";
import { DisposableStore } from "../../platform/disposables.ts";
import { COMMANDS, EDITORS } from "../../platform/ids.ts";
import type { Log } from "../../platform/log.ts";
import { plainText } from "../../platform/plain-text.ts";
import { EDITOR } from "../localizer.ts";
import { FromPage, LINES_AT_ONCE, type ToPage, type ViewerState } from "./messages.ts";
import { PAGE_FILES, pageHtml } from "./page.ts";
import { rowOf } from "./presentation/files.ts";
import type { Links } from "./presentation/links.ts";
import { viewerState } from "./presentation/viewer-state.ts";
import type { SignatureDocument, Snapshot } from "./signature-document.ts";

/** Signatures whose differences are to be shown as soon as their page runs. */
const pending = new Set<string>();
const panels = new Set<SignaturePanel>();

/** Opens the viewer at the files that differ from the signature. */
export async function showDifferences(signature: Uri): Promise<void> {
  pending.add(signature.toString());
  await commands.executeCommand("vscode.openWith", signature, EDITORS.signature);
  for (const panel of panels) panel.update();
}

/** One page that shows a signature: sends its state, and handles its messages. */
export class SignaturePanel {
  readonly #document: SignatureDocument;
  readonly #panel: WebviewPanel;
  readonly #log: Log;
  readonly #store = new DisposableStore();
  #links: Links | undefined;
  #sent: string | undefined;
  /** Whether the page runs. It ends when hidden, and starts again when shown. */
  #ready = false;
  #updating: Promise<void> | undefined;
  #again = false;

  constructor(document: SignatureDocument, panel: WebviewPanel, dist: Uri, log: Log) {
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
    this.#store.add(document.onDidChange(() => this.update()));
    this.#store.add(
      panel.onDidChangeViewState(() => {
        if (!panel.visible) this.#ready = false;
      }),
    );
    panels.add(this);
    this.#store.add(
      panel.onDidDispose(() => {
        panels.delete(this);
        this.#store.dispose();
      }),
    );
    const at = (name: string): string => panel.webview.asWebviewUri(Uri.joinPath(dist, name)).toString();
    panel.webview.html = pageHtml(
      { script: at(PAGE_FILES.script), style: at(PAGE_FILES.style) },
      l10n.t("Signature"),
      env.language,
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
        this.#sent = undefined;
        return this.update();
      case "rows": {
        const { request, offset, filter, search, count } = message;
        const { generation } = await this.#document.snapshot();
        const { total, entries } = await this.#document.page({ filter, search, offset, count });
        const rows = entries.map((entry) => rowOf(entry, EDITOR));
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

  async #do(action: Extract<FromPage, { type: "do" }>["action"]): Promise<void> {
    const { uri } = this.#document;
    if (action === "reopenAsText") {
      // The first command replaces this editor, but only if it is active.
      if (this.#panel.active) await commands.executeCommand("workbench.action.reopenTextEditor");
      else await commands.executeCommand("vscode.openWith", uri, "default", this.#panel.viewColumn);
      return;
    }
    const { model } = (await this.#document.snapshot()).subject;
    const runs = { verify: COMMANDS.verifyModel, copyReport: COMMANDS.copyReport, trust: COMMANDS.trustSigner };
    if (model !== undefined) await commands.executeCommand(runs[action], model.path);
  }

  /** Sends the state, and once more if it changes meanwhile. */
  update(): void {
    if (!this.#ready) return;
    if (this.#updating !== undefined) {
      this.#again = true;
      return;
    }
    this.#updating = guarded(this.#log, async () => {
      do {
        this.#again = false;
        await this.#sendState(await this.#document.snapshot());
        if (this.#ready && pending.delete(this.#document.uri.toString())) await this.#send({ type: "showDifferences" });
      } while (this.#again && !this.#store.disposed);
    }).finally(() => {
      this.#updating = undefined;
    });
  }

  async #sendState({ subject, counts, generation }: Snapshot): Promise<void> {
    if (this.#store.disposed) return;
    const { state, links } = viewerState(subject, { counts, generation }, EDITOR);
    this.#links = links;
    const text = JSON.stringify(state);
    if (text === this.#sent) return;
    this.#sent = text;
    await this.#send(state satisfies ViewerState);
  }

  async #send(message: ToPage): Promise<void> {
    if (!this.#store.disposed) await this.#panel.webview.postMessage(message);
  }
}
