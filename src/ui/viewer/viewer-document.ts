import type { CustomDocument, Event } from "vscode";
import type { FileQuery, PageRange, TextPage } from "../../engine/signature-view/requests.ts";
import type { FileRow, ViewerState } from "./messages.ts";
import type { Links } from "./presentation/links.ts";

/** What pages of the viewer show. */
export interface ViewerDocument extends CustomDocument {
  /** For screen readers. */
  readonly title: string;
  readonly onDidChange: Event<void>;
  /** Returns everything except rows and text. */
  state(): Promise<{ readonly state: ViewerState; readonly links: Links }>;
  /** Returns a page of the list of files. */
  rows(query: FileQuery): Promise<{ readonly generation: number; readonly total: number; readonly rows: FileRow[] }>;
  /** Returns a page of the text. */
  lines(range: PageRange): Promise<TextPage>;
  /** Absolute path of the model that buttons apply to, if this window knows one. */
  modelPath(): string | undefined;
}
