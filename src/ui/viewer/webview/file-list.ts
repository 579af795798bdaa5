import { FILE_FILTERS, type FileFilter } from "../../../engine/signature-view/file-states.ts";
import { type FileRow, type Files, type Rows, SEARCH_LENGTH } from "../messages.ts";
import { fill, make } from "./dom.ts";
import { factList } from "./facts.ts";
import { post, saveViewState, viewState } from "./host.ts";
import { label } from "./labels.ts";
import { filePicture } from "./pictures.ts";
import { RowPages } from "./row-pages.ts";

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
  readonly #title = make("h2", { attributes: { id: "files" } });
  readonly #summary = make("p");
  readonly #search = make("input", {
    class: "search",
    attributes: { type: "search", maxlength: String(SEARCH_LENGTH) },
  });
  readonly #filter = make("select", { class: "filter" });
  readonly #found = make("p", { class: "found", attributes: { role: "status" } });
  readonly #head = make("div", { class: "row head", attributes: { role: "row", "aria-rowindex": "1" } });
  readonly #space = make("div", { class: "space", attributes: { role: "presentation" } });
  readonly #view = make("div", { class: "view", attributes: { role: "rowgroup" } }, this.#space);
  readonly #grid = make(
    "div",
    { class: "grid", attributes: { role: "grid", "aria-labelledby": "files" } },
    this.#head,
    this.#view,
  );
  readonly #chosen = make("div", { class: "chosen" });
  readonly #pages = new RowPages();
  readonly #rows = new Map<number, HTMLElement>();
  #files: Files | undefined;
  #total = 0;
  #active = 0;
  #restore: number | undefined;
  /** The filter that the user chose; `all` is shown while it has no files. */
  #wanted = "all";

  constructor() {
    const bar = make("div", { class: "bar" }, this.#search, this.#filter);
    this.element.append(this.#title, this.#summary, bar, this.#found, this.#grid, this.#chosen);
    this.#search.addEventListener("input", () => this.#searchAgain());
    this.#filter.addEventListener("change", () => {
      this.#wanted = this.#filter.value;
      this.#searchAgain();
    });
    this.#view.addEventListener("scroll", () => {
      saveViewState({ listScroll: this.#view.scrollTop });
      this.#draw();
    });
    this.#view.addEventListener("keydown", (event) => this.#key(event));
    this.#view.addEventListener("click", (event) => this.#clicked(event));
    new ResizeObserver(() => this.#draw()).observe(this.#view);
    const state = viewState();
    this.#search.value = state.search;
    this.#wanted = state.filter;
    this.#total = state.total;
    this.#active = state.active;
    this.#restore = state.listScroll;
  }

  show(files: Files | undefined): void {
    this.element.hidden = files === undefined;
    if (files === undefined) return;
    const other = this.#files?.generation !== files.generation;
    this.#files = files;
    this.#fillTexts(files);
    if (!other) return;
    if (!this.#isNarrowed) this.#total = files.total;
    this.#pages.reset(files.generation, this.#filterNow, this.#search.value);
    this.#forgetRows();
    this.#resize();
    this.#pages.want(0, 0);
    this.#draw();
  }

  rows(rows: Rows): void {
    if (!this.#pages.take(rows)) return;
    if (rows.total !== this.#total) {
      this.#total = rows.total;
      saveViewState({ total: rows.total });
      this.#resize();
    }
    if (this.#restore !== undefined) {
      this.#view.scrollTop = this.#restore;
      this.#restore = undefined;
    }
    this.#announce();
    this.#forgetRows();
    this.#draw();
    if (viewState().chosen) this.#showChosen();
  }

  /** Lists only the files that differ, with the details of the first, and scrolls to them. */
  showDifferences(): void {
    this.#search.value = "";
    this.#wanted = "differing";
    this.#filter.value = "differing";
    this.#searchAgain();
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
    fill(this.#title, label("files"));
    fill(this.#summary, summary);
    this.element.classList.toggle("claimed", !compared);
    this.#grid.classList.toggle("without-digests", !digests);
    this.#search.placeholder = label(digests ? "search" : "searchNames");
    this.#search.setAttribute("aria-label", this.#search.placeholder);
    this.#filter.setAttribute("aria-label", label("show"));
    fill(
      this.#filter,
      ...filters.map(({ filter, label: title, count }) =>
        make("option", { attributes: { value: filter } }, `${title} (${count.toLocaleString()})`),
      ),
    );
    this.#filter.value = filters.some(({ filter }) => filter === this.#wanted) ? this.#wanted : "all";
    const head = (name: string, text: string): HTMLElement =>
      make("div", { class: name, attributes: { role: "columnheader" } }, text);
    fill(
      this.#head,
      head("state", label("columnState")),
      head("name", label("columnName")),
      head("size", label("columnSize")),
      head("digest", label("columnDigest")),
    );
  }

  #searchAgain(): void {
    const files = this.#files;
    if (files === undefined) return;
    saveViewState({ search: this.#search.value, filter: this.#wanted, active: 0, chosen: false, listScroll: 0 });
    this.#active = 0;
    fill(this.#chosen);
    this.#pages.reset(files.generation, this.#filterNow, this.#search.value);
    this.#view.scrollTop = 0;
    this.#pages.want(0, 0);
  }

  #announce(): void {
    const all = this.#files?.total ?? 0;
    const found = this.#isNarrowed ? label("found", this.#total.toLocaleString(), all.toLocaleString()) : "";
    const others = this.#total > LISTED ? label("othersByName", LISTED.toLocaleString()) : "";
    const text = this.#total === 0 ? label("nothingFound") : `${found} ${others}`.trim();
    if (this.#found.textContent !== text) this.#found.textContent = text;
  }

  #resize(): void {
    this.#space.style.height = `${this.#listed * ROW}px`;
    this.#view.style.height = `${Math.max(1, Math.min(this.#total, HIGH)) * ROW}px`;
    this.#grid.setAttribute("aria-rowcount", String(this.#total + 1));
    this.#active = Math.max(0, Math.min(this.#active, this.#listed - 1));
  }

  get #listed(): number {
    return Math.min(this.#total, LISTED);
  }

  #draw(): void {
    const { scrollTop, clientHeight } = this.#view;
    if (this.#files === undefined || clientHeight === 0) return;
    const first = Math.max(0, Math.floor(scrollTop / ROW) - AROUND);
    const last = Math.min(this.#listed - 1, Math.ceil((scrollTop + clientHeight) / ROW) + AROUND);
    if (last >= first) this.#pages.want(first, last);
    const focused = this.#rows.get(this.#active) === document.activeElement;
    for (const [index, element] of this.#rows) {
      if ((index >= first && index <= last) || (focused && index === this.#active)) continue;
      element.remove();
      this.#rows.delete(index);
    }
    for (let index = first; index <= last; index++) if (!this.#rows.has(index)) this.#insert(index);
    for (const [index, element] of this.#rows) {
      element.tabIndex = index === this.#active ? 0 : -1;
      element.setAttribute("aria-selected", String(index === this.#active && viewState().chosen));
    }
    if (!this.#rows.has(this.#active)) {
      const reachable = this.#rows.get(Math.ceil(scrollTop / ROW)) ?? this.#rows.get(first);
      if (reachable !== undefined) reachable.tabIndex = 0;
    }
  }

  #insert(index: number): void {
    const element = rowElement(this.#pages.row(index), index);
    element.style.transform = `translateY(${index * ROW}px)`;
    this.#rows.set(index, element);
    const after = [...this.#rows.keys()].filter((other) => other > index).sort((a, b) => a - b)[0];
    this.#space.insertBefore(element, (after !== undefined && this.#rows.get(after)) || null);
  }

  /** Removes the rows, to be created again when next drawn; the focus stays on its row. */
  #forgetRows(): void {
    const focused = this.#rows.get(this.#active) === document.activeElement && this.#rows.size > 0;
    for (const element of this.#rows.values()) element.remove();
    this.#rows.clear();
    if (!focused) return;
    this.#draw();
    this.#rows.get(this.#active)?.focus({ preventScroll: true });
  }

  #key(event: KeyboardEvent): void {
    const page = Math.max(1, Math.floor(this.#view.clientHeight / ROW) - 1);
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -this.#total,
      End: this.#total,
    };
    const step = steps[event.key];
    if (step !== undefined) {
      event.preventDefault();
      this.#choose(this.#active + step);
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      this.#choose(this.#active);
      this.#chosen.querySelector("button")?.focus();
    } else if (event.key === "c" && (event.ctrlKey || event.metaKey)) {
      const row = this.#pages.row(this.#active);
      if (row !== undefined) post({ type: "copy", text: `${row.digest}  ${row.name}`.trim() });
    }
  }

  #clicked({ target }: MouseEvent): void {
    const element = target instanceof Element ? target.closest("[aria-rowindex]") : null;
    if (element !== null) this.#choose(Number(element.getAttribute("aria-rowindex")) - 2);
  }

  #choose(index: number): void {
    this.#active = Math.max(0, Math.min(index, this.#listed - 1));
    saveViewState({ active: this.#active, chosen: true });
    const { scrollTop, clientHeight } = this.#view;
    const top = this.#active * ROW;
    this.#view.scrollTop = Math.min(top, Math.max(scrollTop, top + ROW - clientHeight));
    this.#draw();
    this.#rows.get(this.#active)?.focus({ preventScroll: true });
    this.#showChosen();
  }

  #showChosen(): void {
    const row = this.#pages.row(this.#active);
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

/** @param row undefined until it is received */
function rowElement(row: FileRow | undefined, index: number): HTMLElement {
  const cell = (className: string, ...children: (Node | string)[]): HTMLElement =>
    make("div", { class: className, attributes: { role: "gridcell" } }, ...children);
  const attributes = { role: "row", "aria-rowindex": String(index + 2) };
  if (row === undefined) {
    return make("div", { class: "row", attributes: { ...attributes, "aria-busy": "true" } }, cell("name", "…"));
  }
  return make(
    "div",
    { class: `row tone-${row.tone}`, attributes: { ...attributes, title: row.name } },
    cell("state", filePicture(row), make("span", {}, row.word)),
    cell("name", row.name),
    cell("size", row.size),
    cell("digest", row.digest),
  );
}
