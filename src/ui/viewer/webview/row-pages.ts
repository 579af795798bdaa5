import type { FileFilter } from "../../../engine/signature-view/file-states.ts";
import { type FileRow, ROWS_AT_ONCE, type Rows } from "../messages.ts";
import { post } from "./host.ts";

/** Pages that are kept; the oldest are dropped first. */
const KEPT = 40;

/** The rows received so far, of one search in one generation of the list. */
export class RowPages {
  #generation = -1;
  #filter: FileFilter = "all";
  #search = "";
  #pages = new Map<number, readonly FileRow[]>();
  readonly #asked = new Map<number, number>();
  #request = 0;

  /** Starts over: responses to earlier requests are ignored. */
  reset(generation: number, filter: FileFilter, search: string): void {
    this.#generation = generation;
    this.#filter = filter;
    this.#search = search;
    this.#pages = new Map();
    this.#asked.clear();
  }

  row(index: number): FileRow | undefined {
    return this.#pages.get(Math.floor(index / ROWS_AT_ONCE))?.[index % ROWS_AT_ONCE];
  }

  /** Requests those of these rows that are missing. */
  want(first: number, last: number): void {
    for (let page = Math.floor(first / ROWS_AT_ONCE); page <= Math.floor(last / ROWS_AT_ONCE); page++) {
      if (this.#pages.has(page) || [...this.#asked.values()].includes(page)) continue;
      this.#request += 1;
      this.#asked.set(this.#request, page);
      const offset = page * ROWS_AT_ONCE;
      const query = { filter: this.#filter, search: this.#search, offset, count: ROWS_AT_ONCE };
      post({ type: "rows", request: this.#request, generation: Math.max(0, this.#generation), ...query });
    }
  }

  /** Stores the rows; false if they are no longer wanted. */
  take({ request, generation, rows }: Rows): boolean {
    const page = this.#asked.get(request);
    if (page === undefined || generation !== this.#generation) return false;
    this.#asked.delete(request);
    this.#pages.set(page, rows);
    const [oldest] = this.#pages.keys();
    if (this.#pages.size > KEPT && oldest !== undefined) this.#pages.delete(oldest);
    return true;
  }
}
