import { EventEmitter, l10n, Uri, workspace } from "vscode";
import type { OriginReport } from "../../core/origin/origin.ts";
import type { FileQuery, StateCounts, TextPage } from "../../engine/signature-view/requests.ts";
import type { SignatureView } from "../../engine/signature-view/signature-view.ts";
import { DisposableStore } from "../../platform/disposables.ts";
import { DOWNLOAD_SCHEME } from "../../platform/ids.ts";
import type { KnownModel } from "../../workspace/registry.ts";
import { EDITOR } from "../localizer.ts";
import { errorSentence, modelName } from "../model-text.ts";
import type { Services } from "../services.ts";
import { type DownloadSubject, downloadState } from "./presentation/download-state.ts";
import { recordFindings, recordRow } from "./presentation/record-files.ts";
import type { ViewerDocument } from "./viewer-document.ts";

interface Comparison {
  readonly report: OriginReport | undefined;
  readonly counts: StateCounts;
  readonly generation: number;
}

type DownloadServices = Pick<Services, "registry" | "origins">;

/** The address of the page of a model's download record. The tab shows the last part of its path. */
export function downloadUri(model: KnownModel): Uri {
  const path = `/${l10n.t("{0} (download record)", modelName(model))}`;
  return Uri.from({ scheme: DOWNLOAD_SCHEME, path, query: model.path });
}

/** The download record of a model; the engine searches the list of its files. */
export class DownloadDocument implements ViewerDocument {
  readonly title = l10n.t("Download record");
  readonly uri: Uri;
  readonly #path: string;
  readonly #services: DownloadServices;
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.add(new EventEmitter<void>());
  readonly #view: SignatureView;
  #compared: Comparison | undefined;
  #comparing: Promise<unknown> = Promise.resolve();
  readonly onDidChange = this.#changed.event;

  private constructor(uri: Uri, services: DownloadServices, view: SignatureView) {
    this.uri = uri;
    this.#path = uri.query;
    this.#services = services;
    this.#view = this.#store.add(view);
    this.#store.add(
      services.registry.onDidChange(({ paths }) => {
        if (paths.includes(this.#path)) this.#changed.fire();
      }),
    );
    this.#store.add(
      services.origins.onDidChange((path) => {
        if (path === this.#path) this.#changed.fire();
      }),
    );
    this.#store.add(workspace.onDidGrantWorkspaceTrust(() => this.#changed.fire()));
  }

  static async open(
    uri: Uri,
    services: DownloadServices & { readonly engine: Pick<Services["engine"], "openSignature"> },
  ): Promise<DownloadDocument> {
    const { view } = await services.engine.openSignature({ none: true });
    return new DownloadDocument(uri, services, view);
  }

  async state() {
    const { subject, counts, generation } = await this.#snapshot();
    return downloadState(subject, { counts, generation }, EDITOR);
  }

  async rows(query: FileQuery) {
    const { generation } = await this.#snapshot();
    const { total, entries } = await this.#view.page(query);
    return { generation, total, rows: entries.map((entry) => recordRow(entry, EDITOR)) };
  }

  async lines(): Promise<TextPage> {
    return { total: 0, lines: [] };
  }

  modelPath(): string | undefined {
    return this.#services.registry.get(this.#path)?.path;
  }

  dispose(): void {
    this.#store.dispose();
  }

  /** Sends the files to the engine again only if what is known of them changed. */
  #snapshot() {
    const next = this.#comparing.catch(() => {}).then(() => this.#compare());
    this.#comparing = next;
    return next;
  }

  async #compare() {
    const { registry, origins } = this.#services;
    const model = registry.get(this.#path);
    if (model !== undefined) origins.request(this.#path);
    const report = model && origins.get(this.#path);
    const failure = model && origins.failure(this.#path);
    let compared = this.#compared;
    if (compared === undefined || compared.report !== report) {
      const counts = await this.#view.compare(recordFindings(model, report));
      compared = { report, counts, generation: (compared?.generation ?? 0) + 1 };
      this.#compared = compared;
    }
    const subject: DownloadSubject = {
      path: this.#path,
      ...(model && { model }),
      ...(report && { report }),
      ...(failure !== undefined && { problem: errorSentence(failure) }),
      isTrusted: workspace.isTrusted,
    };
    return { subject, ...compared };
  }
}
