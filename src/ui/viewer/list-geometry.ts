/** Height limit of a scrolling area in pixels: browsers draw nothing below about three times this. */
const MAX_HEIGHT = 10_000_000;

/**
 * Computes which rows of a long list are visible. If the rows need more pixels than an area can have, the scroll position
 * is a fraction of the list instead of a number of pixels.
 */
export class ListGeometry {
  readonly #rows: number;
  readonly #row: number;
  readonly #view: number;

  /**
   * @param rows number of rows
   * @param row height of one, in pixels
   * @param view visible height, in pixels
   */
  constructor(rows: number, row: number, view: number) {
    this.#rows = rows;
    this.#row = row;
    this.#view = view;
  }

  /** Pixels of the scrolling area. */
  get height(): number {
    return Math.min(this.#rows * this.#row, MAX_HEIGHT);
  }

  /** The row at the upper edge, with the hidden fraction of it. */
  topAt(scroll: number): number {
    return this.#room <= 0 ? 0 : Math.min(1, scroll / this.#room) * this.#hidden;
  }

  /** The scroll position that puts this row at the upper edge. */
  scrollFor(top: number): number {
    return this.#hidden <= 0 ? 0 : (Math.max(0, Math.min(top, this.#hidden)) / this.#hidden) * this.#room;
  }

  /** The scroll position that makes the row visible; unchanged if it is visible already. */
  scrollToShow(index: number, scroll: number): number {
    const top = this.topAt(scroll);
    const high = this.#view / this.#row;
    if (index < top) return this.scrollFor(index);
    return index + 1 > top + high ? this.scrollFor(index + 1 - high) : scroll;
  }

  /** Pixels from the top of the scrolling area to a row. */
  offsetOf(index: number, scroll: number): number {
    return Math.round(scroll + (index - this.topAt(scroll)) * this.#row);
  }

  get #room(): number {
    return this.height - this.#view;
  }

  /** Rows that are not visible at once. */
  get #hidden(): number {
    return this.#rows - this.#view / this.#row;
  }
}
