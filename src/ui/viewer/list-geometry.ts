/** Pixels that a scrolling area can be high: browsers draw nothing that is farther down than about three times this. */
const MAX_HEIGHT = 10_000_000;

/**
 * Which rows of a long list are in sight. Where rows are more than pixels can hold, the scroll bar stands for a part of
 * the list, and not for a number of pixels.
 */
export class ListGeometry {
  readonly #rows: number;
  readonly #row: number;
  readonly #view: number;

  /**
   * @param rows how many there are
   * @param row height of one, in pixels
   * @param view height of what is in sight, in pixels
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

  /** The row at the upper edge, with the part of it that is out of sight. */
  topAt(scroll: number): number {
    return this.#room <= 0 ? 0 : Math.min(1, scroll / this.#room) * this.#hidden;
  }

  /** Where to scroll so that this row is at the upper edge. */
  scrollFor(top: number): number {
    return this.#hidden <= 0 ? 0 : (Math.max(0, Math.min(top, this.#hidden)) / this.#hidden) * this.#room;
  }

  /** Where to scroll so that the row is in sight; as it is, where it is already. */
  scrollToShow(index: number, scroll: number): number {
    const top = this.topAt(scroll);
    const high = this.#view / this.#row;
    if (index < top) return this.scrollFor(index);
    return index + 1 > top + high ? this.scrollFor(index + 1 - high) : scroll;
  }

  /** Pixels from the upper end of the scrolling area to a row. */
  placeOf(index: number, scroll: number): number {
    return Math.round(scroll + (index - this.topAt(scroll)) * this.#row);
  }

  get #room(): number {
    return this.height - this.#view;
  }

  /** Rows that do not fit into sight. */
  get #hidden(): number {
    return this.#rows - this.#view / this.#row;
  }
}
