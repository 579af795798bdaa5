import { FILE_FILTERS, type FileFilter } from "../../../engine/signature-view/file-states.ts";
import { type FileRow, type Files, ROWS_AT_ONCE, type Rows, SEARCH_LENGTH } from "../messages.ts";
import { fill, make } from "./dom.ts";
import { factList } from "./facts.ts";
import { post, saveViewState, viewState } from "./host.ts";
import { label } from "./labels.ts";
import { filePicture } from "./pictures.ts";

/** Pixels; must equal the height in the style sheet. */
const ROW = 28;
/** Height of the list in rows, at most. */
const HIGH = 14;
/** Rows drawn above and below the visible ones. */
const AROUND = 6;
/** Rows that can be scrolled to: browsers draw nothing beyond some 17 million pixels. A search finds the others. */
const LISTED = 500_000;

/** The list of files. Only the visible rows exist; arrow keys move the focus. */
export class FileList {
  readonly element = make("section", { class: "files", attributes: { "aria-labelledby": "files" } });
  readonly #summary = make("p");
  readonly #search = make("input", {
    class: "search",
    attributes: { type: "search", maxlength: String(SEARCH_LENGTH) },
  });
  readonly #filter = make("select", { class: "filter", attributes: { "aria-label": label("show") } });
  readonly #found = make("p", { class: "found", attributes: { role: "status" } });
  readonly #space = make("div", { class: "space", attributes: { role: "presentation" } });
  readonly #view = make("div", { class: "view", attributes: { role: "rowgroup" } }, this.#space);
  readonly #grid = make(
    "div",
    { class: "grid", attributes: { role: "grid", "aria-labelledby": "files" } },
    headElement(),
    this.#view,
  );
  readonly #chosen = make("div", { class: "chosen" });
  /** The rows of this search that were received, a page each; an empty page was requested. */
  readonly #pages = new Map<number, readonly FileRow[]>();
  /** The number of this search. */
  #request = 0;
  #files: Files | undefined;
  #generation = 0;
  /** The range of rows that is drawn; empty where the rows are others now. */
  #drawn = "";
  #restore: number | undefined = viewState().listScroll;

  constructor() {
    const bar = make("div", { class: "bar" }, this.#search, this.#filter);
    const title = make("h2", { attributes: { id: "files" } }, label("files"));
    this.element.append(title, this.#summary, bar, this.#found, this.#grid, this.#chosen);
    this.#search.value = viewState().search;
    this.#search.addEventListener("input", () => this.#searchAgain());
    this.#filter.addEventListener("change", () => this.#searchAgain(this.#filter.value));
    this.#view.addEventListener("scroll", () => {
      saveViewState({ listScroll: this.#view.scrollTop });
      this.#draw();
    });
    this.#view.addEventListener("keydown", (event) => this.#key(event));
    this.#view.addEventListener("click", (event) => this.#clicked(event));
    new ResizeObserver(() => this.#draw()).observe(this.#view);
  }

  show(files: Files | undefined, generation: number): void {
    const isSame = this.#generation === generation;
    this.#files = files;
    this.#generation = generation;
    this.element.hidden = files === undefined;
    if (files === undefined || isSame) return;
    this.#fillTexts(files);
    if (!this.#isNarrowed) saveViewState({ total: files.total });
    this.#resize();
    this.#load();
  }

  rows({ request, generation, offset, total, rows }: Rows): void {
    if (request !== this.#request || generation !== this.#generation) return;
    this.#pages.set(offset / ROWS_AT_ONCE, rows);
    saveViewState({ total });
    this.#resize();
    if (this.#restore !== undefined) {
      this.#view.scrollTop = this.#restore;
      this.#restore = undefined;
    }
    this.#announce(total);
    this.#drawn = "";
    this.#draw();
    if (viewState().chosen) this.#showChosen();
  }

  /** Lists only the files that differ, with the details of the first, and scrolls to them. */
  showDifferences(): void {
    this.#search.value = "";
    this.#filter.value = "differing";
    this.#searchAgain("differing");
    saveViewState({ chosen: true });
    this.element.scrollIntoView();
  }

  get #filterNow(): FileFilter {
    const { value } = this.#filter;
    return FILE_FILTERS.find((filter) => filter === value) ?? "all";
  }

  get #isNarrowed(): boolean {
    return this.#filterNow !== "all" || this.#search.value !== "";
  }

  #fillTexts({ summary, filters, compared, digests }: Files): void {
    fill(this.#summary, summary);
    this.element.classList.toggle("claimed", !compared);
    this.#grid.classList.toggle("without-digests", !digests);
    this.#search.placeholder = label(digests ? "search" : "searchNames");
    this.#search.setAttribute("aria-label", this.#search.placeholder);
    fill(
      this.#filter,
      ...filters.map(({ filter, label: title, count }) =>
        make("option", { attributes: { value: filter } }, `${title} (${count.toLocaleString()})`),
      ),
    );
    // All are shown while none has the state that the user chose.
    const wanted = viewState().filter;
    this.#filter.value = filters.some(({ filter }) => filter === wanted) ? wanted : "all";
  }

  #searchAgain(filter = viewState().filter): void {
    saveViewState({ search: this.#search.value, filter, active: 0, chosen: false, listScroll: 0 });
    fill(this.#chosen);
    this.#view.scrollTop = 0;
    this.#load();
  }

  /** Requests the rows of another search, or of other files; the former ones stay until these are here. */
  #load(): void {
    this.#request += 1;
    this.#pages.clear();
    this.#want(0, 0);
  }

  /** Requests those of these rows that are missing. */
  #want(first: number, last: number): void {
    const { value: search } = this.#search;
    for (let page = Math.floor(first / ROWS_AT_ONCE); page * ROWS_AT_ONCE <= last; page++) {
      if (this.#pages.has(page)) continue;
      this.#pages.set(page, []);
      const offset = page * ROWS_AT_ONCE;
      post({ type: "rows", request: this.#request, filter: this.#filterNow, search, offset });
    }
  }

  #row(index: number): FileRow | undefined {
    return this.#pages.get(Math.floor(index / ROWS_AT_ONCE))?.[index % ROWS_AT_ONCE];
  }

  #announce(total: number): void {
    const all = this.#files?.total ?? 0;
    const found = this.#isNarrowed ? label("found", total.toLocaleString(), all.toLocaleString()) : "";
    const others = total > LISTED ? label("othersByName", LISTED.toLocaleString()) : "";
    const text = total === 0 ? label("nothingFound") : `${found} ${others}`.trim();
    if (this.#found.textContent !== text) this.#found.textContent = text;
  }

  #resize(): void {
    const { total, active } = viewState();
    saveViewState({ active: this.#bounded(active) });
    this.#space.style.height = `${this.#listed * ROW}px`;
    this.#view.style.height = `${Math.max(1, Math.min(total, HIGH)) * ROW}px`;
    this.#grid.setAttribute("aria-rowcount", String(total + 1));
  }

  get #listed(): number {
    return Math.min(viewState().total, LISTED);
  }

  /** The nearest row that is listed. */
  #bounded(index: number): number {
    return Math.max(0, Math.min(index, this.#listed - 1));
  }

  #draw(): void {
    const { scrollTop, clientHeight } = this.#view;
    const { active, chosen } = viewState();
    if (this.#files === undefined || clientHeight === 0) return;
    const first = Math.max(0, Math.floor(scrollTop / ROW) - AROUND);
    const last = Math.min(this.#listed - 1, Math.ceil((scrollTop + clientHeight) / ROW) + AROUND);
    this.#want(first, last);
    if (this.#drawn !== `${first} ${last}`) {
      this.#drawn = `${first} ${last}`;
      const visible = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
      const focused = this.#element(active) === document.activeElement ? [active] : [];
      const indexes = [...new Set([...visible, ...focused])].sort((a, b) => a - b);
      fill(this.#space, ...indexes.map((index) => rowElement(this.#row(index), index)));
    }
    const reachable = this.#element(active) ?? this.#element(Math.ceil(scrollTop / ROW));
    for (const element of this.#space.querySelectorAll<HTMLElement>("[role=row]")) {
      element.tabIndex = element === reachable ? 0 : -1;
      element.setAttribute("aria-selected", String(chosen && element === this.#element(active)));
    }
  }

  #element(index: number): HTMLElement | null {
    return this.#space.querySelector(`[data-key="${index}"]`);
  }

  #key(event: KeyboardEvent): void {
    const page = Math.max(1, Math.floor(this.#view.clientHeight / ROW) - 1);
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -LISTED,
      End: LISTED,
    };
    const { active } = viewState();
    const step = steps[event.key];
    if (step !== undefined) {
      event.preventDefault();
      this.#choose(active + step);
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      this.#choose(active);
      this.#chosen.querySelector("button")?.focus();
    } else if (event.key === "c" && (event.ctrlKey || event.metaKey)) {
      const row = this.#row(active);
      if (row !== undefined) post({ type: "copy", text: `${row.digest}  ${row.name}`.trim() });
    }
  }

  #clicked({ target }: MouseEvent): void {
    const element = target instanceof Element ? target.closest<HTMLElement>("[role=row]") : null;
    if (element !== null) this.#choose(Number(element.dataset["key"]));
  }

  #choose(index: number): void {
    const active = this.#bounded(index);
    saveViewState({ active, chosen: true });
    const { scrollTop, clientHeight } = this.#view;
    const top = active * ROW;
    this.#view.scrollTop = Math.min(top, Math.max(scrollTop, top + ROW - clientHeight));
    this.#draw();
    this.#element(active)?.focus({ preventScroll: true });
    this.#showChosen();
  }

  #showChosen(): void {
    const row = this.#row(viewState().active);
    if (row === undefined) return;
    const copy = (text: string): void => post({ type: "copy", text });
    const button = (key: string, title: string, text: string): HTMLElement =>
      make("button", { class: "button", key, attributes: { type: "button" }, onClick: () => copy(text) }, title);
    fill(
      this.#chosen,
      make("h3", { class: "code" }, row.name),
      make("p", { class: `tone-${row.tone}` }, row.sentence),
      factList(row.facts, "row"),
      make(
        "div",
        { class: "actions" },
        row.digest === "" ? undefined : button("copy:digest", label("copyDigest"), row.digest),
        button("copy:name", label("copyName"), row.name),
      ),
    );
  }
}

function headElement(): HTMLElement {
  const head = (name: string, text: string): HTMLElement =>
    make("div", { class: name, attributes: { role: "columnheader" } }, text);
  return make(
    "div",
    { class: "row head", attributes: { role: "row", "aria-rowindex": "1" } },
    head("state", label("columnState")),
    head("name", label("columnName")),
    head("size", label("columnSize")),
    head("digest", label("columnDigest")),
  );
}

/** @param row undefined until it is received */
function rowElement(row: FileRow | undefined, index: number): HTMLElement {
  const cell = (className: string, ...children: (Node | string)[]): HTMLElement =>
    make("div", { class: className, attributes: { role: "gridcell" } }, ...children);
  const cells =
    row === undefined
      ? [cell("name", "…")]
      : [
          cell("state", filePicture(row), make("span", {}, row.word)),
          cell("name", row.name),
          cell("size", row.size),
          cell("digest", row.digest),
        ];
  const tone = row === undefined ? "row" : `row tone-${row.tone}`;
  const own = row === undefined ? { "aria-busy": "true" } : { title: row.name };
  const attributes = { role: "row", "aria-rowindex": String(index + 2), tabindex: "-1", ...own };
  const element = make("div", { class: tone, key: String(index), attributes }, ...cells);
  element.style.transform = `translateY(${index * ROW}px)`;
  return element;
}
