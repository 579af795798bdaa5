import type { ViewerState } from "../messages.ts";
import { fill, make } from "./dom.ts";
import { FileList } from "./file-list.ts";
import { onMessage, post, saveViewState, viewState } from "./host.ts";
import { label } from "./labels.ts";
import { headline, section, steps } from "./overview.ts";
import { StatementText } from "./statement.ts";

const files = new FileList();
let statement: StatementText | undefined;
/** Announced by screen readers when the verdict changes. */
const news = make("p", { class: "hidden-text", attributes: { role: "status" } });
const copied = make("p", { class: "hidden-text", attributes: { role: "status" } });
const sections = {
  top: make("section", { class: "top" }),
  how: make("section"),
  more: make("div"),
  text: make("section", { class: "statement" }),
};
const shown = new Map<HTMLElement, string>();
let last: ViewerState | undefined;

/** Fills a section again only if its content changed. */
function fillSection<T>(at: HTMLElement, content: T | undefined, parts: (content: T) => readonly HTMLElement[]): void {
  const text = JSON.stringify(content) ?? "";
  if (shown.get(at) === text) return;
  shown.set(at, text);
  at.hidden = content === undefined;
  fill(at, ...(content === undefined ? [] : parts(content)));
}

function show(state: ViewerState): void {
  const before = last;
  last = state;
  const { headline: head, name, path, buttons, text, generation } = state;
  fillSection(sections.top, { headline: head, name, path, buttons }, (top) => [headline(top)]);
  fillSection(sections.how, state.steps.length === 0 ? undefined : state.steps, steps);
  fillSection(sections.more, state.sections, (all) => all.map(section));
  files.show(state.files, generation);
  fillSection(sections.text, text === "none" ? undefined : { text, generation }, () => {
    statement = new StatementText(text);
    return [statement.element];
  });
  if (before === undefined) window.scrollTo({ top: viewState().scroll });
  else if (before.headline.label !== head.label) news.textContent = `${head.label}. ${head.sentence}`;
}

const { top, how, more, text } = sections;
document.getElementById("main")?.append(top, how, more, files.element, text, news, copied);
files.element.hidden = true;

onMessage((message) => {
  switch (message.type) {
    case "state":
      return show(message);
    case "rows":
      return files.rows(message);
    case "lines":
      return statement?.lines(message);
    case "copied":
      copied.textContent = label("copied");
      return;
    case "showDifferences":
      return files.showDifferences();
  }
});
window.addEventListener("scroll", () => saveViewState({ scroll: window.scrollY }), { passive: true });
post({ type: "ready" });
