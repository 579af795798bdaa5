import type { Lines, ViewerState } from "../messages.ts";
import { make } from "./dom.ts";
import { folded } from "./facts.ts";
import { post } from "./host.ts";
import { label } from "./labels.ts";

/** The statement, or the whole file, as text, loaded in slices on demand. */
export class StatementText {
  readonly element: HTMLElement;
  readonly #text: HTMLElement;
  readonly #shown = make("p", { class: "found", attributes: { role: "status" } });
  readonly #more = make(
    "button",
    { class: "button", key: "more", attributes: { type: "button" }, onClick: () => this.#request() },
    label("showMore"),
  );
  #lines = 0;
  #requested = false;

  constructor(text: ViewerState["text"]) {
    const title = text === "statement" ? label("statement") : label("wholeFile");
    this.#text = make("pre", { attributes: { tabindex: "0", role: "region", "aria-label": title } });
    this.#text.hidden = true;
    this.#more.hidden = true;
    const details = folded(
      "text",
      make("summary", { key: "fold:text" }, make("h2", {}, title)),
      make("p", {}, label("textNote")),
      this.#text,
      make("div", { class: "actions" }, this.#more, this.#shown),
    );
    details.addEventListener("toggle", () => {
      if (details.open && this.#lines === 0) this.#request();
    });
    this.element = details;
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
