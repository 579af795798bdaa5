import type { Fact } from "../messages.ts";
import { make } from "./dom.ts";
import { post, saveViewState, viewState } from "./host.ts";
import { label } from "./labels.ts";

/** Undefined where there is no fact. */
export function factList(facts: readonly Fact[] | undefined, key: string): HTMLElement | undefined {
  if (facts === undefined || facts.length === 0) return undefined;
  const list = make("dl", { class: "facts" });
  for (const [index, fact] of facts.entries()) {
    list.append(make("dt", {}, fact.label), make("dd", {}, factValue(fact, `${key}:${index}`)));
  }
  return list;
}

function factValue({ value, code, link }: Fact, key: string): HTMLElement {
  const className = code === true ? "code" : "";
  if (link === undefined) return make("span", { class: className }, value);
  const leads = label("leadsTo", link.leadsTo);
  const attributes = { type: "button", title: leads };
  const text = make("span", { class: className }, value);
  const where = make("span", { class: "hidden-text" }, ` (${leads})`);
  return make(
    "button",
    { class: "link", key, attributes, onClick: () => post({ type: "open", link: link.id }) },
    text,
    where,
  );
}

/** Folded, unless the user unfolded it before. */
export function folded(key: string, ...children: readonly (Node | undefined)[]): HTMLDetailsElement {
  const details = make("details", {}, ...children);
  details.open = viewState().open.includes(key);
  details.addEventListener("toggle", () => {
    const others = viewState().open.filter((other) => other !== key);
    saveViewState({ open: details.open ? [...others, key] : others });
  });
  return details;
}
