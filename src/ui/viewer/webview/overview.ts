import type { Button, Fact, Section, Step, TimelineItem, ViewerState } from "../messages.ts";
import { make } from "./dom.ts";
import { factList, folded } from "./facts.ts";
import { post } from "./host.ts";
import { label } from "./labels.ts";
import { stepPicture, svgElement, tonePicture } from "./pictures.ts";

export function headline({
  headline,
  name,
  path,
  buttons,
}: Pick<ViewerState, "headline" | "name" | "path" | "buttons">): HTMLElement {
  const { tone, label: verdict, sentence, notes } = headline;
  return make(
    "header",
    { class: `headline tone-${tone}` },
    make("div", { class: "mark" }, tonePicture(tone)),
    make(
      "div",
      { class: "text" },
      make("p", { class: "label" }, verdict),
      make("h1", {}, sentence),
      ...notes.map((note) => make("p", { class: "note" }, note)),
      make(
        "p",
        { class: "subject", attributes: { title: path } },
        make("strong", {}, name),
        " ",
        make("span", {}, path),
      ),
      actions(buttons),
    ),
  );
}

function actions(buttons: readonly Button[] = []): HTMLElement | undefined {
  if (buttons.length === 0) return undefined;
  const made = buttons.map(({ action, text, primary }) =>
    make(
      "button",
      {
        class: primary ? "button primary" : "button",
        key: `do:${action}`,
        attributes: { type: "button" },
        onClick: () => post({ type: "do", action }),
      },
      text,
    ),
  );
  return make("div", { class: "actions" }, ...made);
}

export function steps(all: readonly Step[]): HTMLElement[] {
  return [
    make("h2", { attributes: { id: "how" } }, label("howChecked")),
    make("ol", { class: "steps", attributes: { "aria-labelledby": "how" } }, ...all.map((step) => stepItem(step))),
  ];
}

function stepItem({ id, title, tone, result, line, facts, claims }: Step): HTMLElement {
  const body = [factList(facts, id), claimed(claims, label("claims"), `${id}:claim`)];
  return make(
    "li",
    { class: `step tone-${tone}` },
    stepPicture(tone),
    make(
      "div",
      { class: "body" },
      make("h3", {}, title, make("span", { class: "dot" }, " · "), make("span", { class: "result" }, result)),
      make("p", {}, line),
      facts.length + claims.length === 0
        ? undefined
        : folded(id, make("summary", { key: `fold:${id}` }, label("details")), ...body),
    ),
  );
}

function claimed(claims: readonly Fact[] | undefined, title: string, key: string): HTMLElement | undefined {
  const list = factList(claims, key);
  return list && make("div", { class: "claimed" }, make("p", {}, title), list);
}

export function section({ title, sentences, timeline, facts, claims, buttons }: Section): HTMLElement {
  return make(
    "section",
    {},
    make("h2", {}, title),
    ...sentences.map(({ text, caution }) =>
      caution
        ? make("p", { class: "caution tone-amber" }, tonePicture("amber"), make("span", {}, text))
        : make("p", {}, text),
    ),
    timeline && make("ol", { class: "timeline" }, ...timeline.map(timelineItem)),
    factList(facts, title),
    claimed(claims, label("claimsOfFiles"), `${title}:claim`),
    actions(buttons),
  );
}

function timelineItem({ label: title, value, from, to }: TimelineItem): HTMLElement {
  const svg = svgElement("svg", { class: "track", "aria-hidden": "true", height: "14" });
  const percent = (part: number): string => `${(part * 100).toFixed(2)}%`;
  svg.append(svgElement("line", { x1: "0", x2: "100%", y1: "7", y2: "7", class: "axis" }));
  if (from < to) {
    const width = percent(Math.max(to - from, 0.01));
    svg.append(svgElement("rect", { x: percent(from), width, y: "3", height: "8", rx: "4", class: "span" }));
  } else svg.append(svgElement("circle", { cx: percent(from), cy: "7", r: "5", class: "point" }));
  return make("li", {}, make("p", {}, make("strong", {}, title), " ", make("span", {}, value)), svg);
}
