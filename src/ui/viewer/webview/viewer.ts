import type { ViewerState } from "../messages.ts";
import { fill, make } from "./dom.ts";
import { FileList } from "./file-list.ts";
import { currentPlace, keepPlace, listen, say } from "./host.ts";
import { headline, origin, steps, timeline } from "./overview.ts";
import { StatementText } from "./statement.ts";

const files = new FileList();
const statement = new StatementText();
/** Read out when the verdict changes while somebody listens. */
const news = make("p", { class: "hidden-text", attributes: { role: "status" } });
const copied = make("p", { class: "hidden-text", attributes: { role: "status" } });
const [top, how, when, where] = ["top", "how", "when", "where"].map((name) => make("section", { class: name }));
const shown = new Map<HTMLElement, string>();
let last: ViewerState | undefined;

/** Makes a part anew only where what it tells has changed. */
function part(place: HTMLElement | undefined, told: unknown, parts: () => readonly HTMLElement[]): void {
  if (place === undefined) return;
  const text = JSON.stringify(told) ?? "";
  if (shown.get(place) === text) return;
  shown.set(place, text);
  place.hidden = told === undefined;
  fill(place, ...(told === undefined ? [] : parts()));
}

function show(state: ViewerState): void {
  const before = last;
  last = state;
  const { headline: head, name, path, canVerify, canTrust, labels } = state;
  part(top, { head, name, path, canVerify, canTrust }, () => [headline(state)]);
  part(how, state.steps, () => steps(state.steps, labels));
  part(when, state.timeline, () => (state.timeline === undefined ? [] : timeline(state.timeline, labels)));
  part(where, state.origin, () => (state.origin === undefined ? [] : origin(state.origin, labels)));
  files.show(state.files, labels);
  statement.show(state);
  if (before === undefined) window.scrollTo({ top: currentPlace().scroll });
  else {
    if (before.headline.label !== head.label) news.textContent = `${head.label}. ${head.sentence}`;
    if (before.files?.generation !== state.files?.generation) statement.forget();
  }
}

document
  .getElementById("main")
  ?.append(
    ...[top, how, when, where].filter((section) => section !== undefined),
    files.element,
    statement.element,
    news,
    copied,
  );
files.element.hidden = true;
statement.element.hidden = true;

listen((message) => {
  switch (message.type) {
    case "state":
      return show(message);
    case "rows":
      return files.rows(message);
    case "lines":
      return statement.lines(message);
    case "copied":
      copied.textContent = last?.labels.copied ?? "";
  }
});
window.addEventListener("scroll", () => keepPlace({ scroll: window.scrollY }), { passive: true });
say({ type: "ready" });
