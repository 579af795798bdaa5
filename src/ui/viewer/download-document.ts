import { l10n, Uri, workspace } from "vscode";
import type { FileEntry } from "../../engine/signature-view/requests.ts";
import type { SignatureView } from "../../engine/signature-view/signature-view.ts";
import { DOWNLOAD_SCHEME } from "../../platform/ids.ts";
import type { KnownModel } from "../../workspace/registry.ts";
import { EDITOR } from "../localizer.ts";
import { errorSentence, modelName } from "../model-text.ts";
import type { Services } from "../services.ts";
import { type DownloadSubject, downloadState } from "./presentation/download-state.ts";
import { recordFindings, recordRow } from "./presentation/record-files.ts";
import { type Snapshot, ViewerDocument } from "./viewer-document.ts";

type DownloadServices = Pick<Services, "registry" | "origins">;

/** The address of the page of a model's download record. The tab shows the last part of its path. */
export function downloadUri(model: KnownModel): Uri {
  const path = `/${l10n.t("{0} (download record)", modelName(model))}`;
  return Uri.from({ scheme: DOWNLOAD_SCHEME, path, query: model.path });
}

/** The download record of a model. */
export class DownloadDocument extends ViewerDocument<DownloadSubject> {
  readonly title = l10n.t("Download record");
  readonly #path: string;
  readonly #services: DownloadServices;

  private constructor(uri: Uri, services: DownloadServices, view: SignatureView) {
    super(uri, view);
    this.#path = uri.query;
    this.#services = services;
    this.store.add(
      services.registry.onDidChange(({ paths }) => {
        if (paths.includes(this.#path)) this.changed();
      }),
    );
    this.store.add(
      services.origins.onDidChange((path) => {
        if (path === this.#path) this.changed();
      }),
    );
    this.store.add(workspace.onDidGrantWorkspaceTrust(() => this.changed()));
  }

  static async open(
    uri: Uri,
    services: DownloadServices & { readonly engine: Pick<Services["engine"], "openSignature"> },
  ): Promise<DownloadDocument> {
    const { view } = await services.engine.openSignature({ none: true });
    return new DownloadDocument(uri, services, view);
  }

  modelPath(): string | undefined {
    return this.#services.registry.get(this.#path)?.path;
  }

  protected subject(): DownloadSubject {
    const { registry, origins } = this.#services;
    const model = registry.get(this.#path);
    if (model !== undefined) origins.request(this.#path);
    const report = model && origins.get(this.#path);
    const failure = model && origins.failure(this.#path);
    return {
      path: this.#path,
      ...(model && { model }),
      ...(report && { report }),
      ...(failure !== undefined && { problem: errorSentence(failure) }),
      isTrusted: workspace.isTrusted,
    };
  }

  protected haveSameFiles(before: DownloadSubject, now: DownloadSubject): boolean {
    return before.report === now.report;
  }

  protected findings({ model, report }: DownloadSubject) {
    return recordFindings(model, report);
  }

  protected row(entry: FileEntry) {
    return recordRow(entry, EDITOR);
  }

  protected present({ subject, ...files }: Snapshot<DownloadSubject>) {
    return downloadState(subject, files, EDITOR);
  }
}
