import type { Lines, ViewerState } from "../messages.ts";
import { fill, make } from "./dom.ts";
import { folded } from "./facts.ts";
import { post } from "./host.ts";
import { label } from "./labels.ts";

/** The statement as text, loaded in slices on demand. */
export class StatementText {
  readonly element = make("section", { class: "statement" });
  readonly #text = make("pre", { attributes: { tabindex: "0", role: "region" } });
  readonly #shown = make("p", { class: "found", attributes: { role: "status" } });
  readonly #more = make(
    "button",
    { class: "button", key: "more", attributes: { type: "button" }, onClick: () => this.#request() },
    label("showMore"),
  );
  readonly #details = folded("text");
  #lines = 0;
  #requested = false;

  constructor() {
    this.#details.addEventListener("toggle", () => {
      if (this.#details.open && this.#lines === 0) this.#request();
    });
    this.#more.hidden = true;
    this.#text.hidden = true;
  }

  show({ text }: ViewerState): void {
    this.element.hidden = text === "none";
    const title = text === "statement" ? label("statement") : label("wholeFile");
    if (this.element.firstChild !== null && this.#text.getAttribute("aria-label") === title) return;
    this.#text.setAttribute("aria-label", title);
    fill(
      this.#details,
      make("summary", { key: "fold:text" }, make("h2", {}, title)),
      make("p", {}, label("textNote")),
      this.#text,
      make("div", { class: "actions" }, this.#more, this.#shown),
    );
    fill(this.element, this.#details);
  }

  /** Discards the text: the file has another content now. */
  forget(): void {
    this.#lines = 0;
    this.#requested = false;
    this.#text.replaceChildren();
    if (this.#details.open) this.#request();
  }

  lines({ offset, total, lines }: Lines): void {
    if (offset !== this.#lines) return;
    this.#requested = false;
    this.#text.hidden = false;
    this.#text.append(`${lines.join("\n")}\n`);
    this.#lines += lines.length;
    this.#more.hidden = this.#lines >= total;
    this.#shown.textContent = label("linesShown", this.#lines.toLocaleString(), total.toLocaleString());
  }

  #request(): void {
    if (this.#requested) return;
    this.#requested = true;
    post({ type: "lines", offset: this.#lines });
  }
}
