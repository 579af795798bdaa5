import type { ViewerState } from "../messages.ts";
import { fill, make } from "./dom.ts";
import { FileList } from "./file-list.ts";
import { onMessage, post, saveViewState, viewState } from "./host.ts";
import { label, setLabels } from "./labels.ts";
import { download, headline, origin, steps, timeline } from "./overview.ts";
import { StatementText } from "./statement.ts";

const files = new FileList();
const statement = new StatementText();
/** Announced by screen readers when the verdict changes. */
const news = make("p", { class: "hidden-text", attributes: { role: "status" } });
const copied = make("p", { class: "hidden-text", attributes: { role: "status" } });
const [top, how, when, where, from] = ["top", "how", "when", "where", "from"].map((name) =>
  make("section", { class: name }),
);
const shown = new Map<HTMLElement, string>();
let last: ViewerState | undefined;

/** Fills a section again only if its content changed. */
function fillSection(section: HTMLElement | undefined, content: unknown, parts: () => readonly HTMLElement[]): void {
  if (section === undefined) return;
  const text = JSON.stringify(content) ?? "";
  if (shown.get(section) === text) return;
  shown.set(section, text);
  section.hidden = content === undefined;
  fill(section, ...(content === undefined ? [] : parts()));
}

function show(state: ViewerState): void {
  const before = last;
  last = state;
  const { headline: head, name, path, buttons } = state;
  setLabels(state.labels);
  fillSection(top, { head, name, path, buttons }, () => [headline(state)]);
  fillSection(how, state.steps.length === 0 ? undefined : state.steps, () => steps(state.steps));
  fillSection(when, state.timeline, () => (state.timeline === undefined ? [] : timeline(state.timeline)));
  fillSection(where, state.origin, () => (state.origin === undefined ? [] : origin(state.origin)));
  fillSection(from, state.download, () => (state.download === undefined ? [] : download(state.download)));
  files.show(state.files);
  statement.show(state);
  if (before === undefined) window.scrollTo({ top: viewState().scroll });
  else {
    if (before.headline.label !== head.label) news.textContent = `${head.label}. ${head.sentence}`;
    if (before.files?.generation !== state.files?.generation) statement.forget();
  }
}

document
  .getElementById("main")
  ?.append(
    ...[top, how, when, where, from].filter((section) => section !== undefined),
    files.element,
    statement.element,
    news,
    copied,
  );
files.element.hidden = true;
statement.element.hidden = true;

onMessage((message) => {
  switch (message.type) {
    case "state":
      return show(message);
    case "rows":
      return files.rows(message);
    case "lines":
      return statement.lines(message);
    case "copied":
      copied.textContent = label("copied");
      return;
    case "showDifferences":
      return files.showDifferences();
  }
});
window.addEventListener("scroll", () => saveViewState({ scroll: window.scrollY }), { passive: true });
post({ type: "ready" });
