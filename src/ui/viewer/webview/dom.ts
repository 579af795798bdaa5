/** What an element is made with. Text is always text: nothing here takes markup. */
export interface Made {
  readonly class?: string;
  /** By it an element is found again after it was made anew: it keeps its focus. */
  readonly key?: string;
  readonly attributes?: Readonly<Record<string, string | undefined>>;
  readonly onClick?: () => void;
}

export type Child = Node | string | undefined;

export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  made: Made = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (made.class !== undefined) element.className = made.class;
  if (made.key !== undefined) element.dataset["key"] = made.key;
  for (const [name, value] of Object.entries(made.attributes ?? {})) {
    if (value !== undefined) element.setAttribute(name, value);
  }
  if (made.onClick !== undefined) element.addEventListener("click", made.onClick);
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

/** Puts other children into a place. The one that had the focus has it again, where it is still there. */
export function fill(place: HTMLElement, ...children: readonly Child[]): void {
  const active = document.activeElement;
  const key = active instanceof HTMLElement && place.contains(active) ? active.dataset["key"] : undefined;
  place.replaceChildren(...children.filter((child) => child !== undefined));
  if (key === undefined) return;
  place.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
}

/** `{0}` and `{1}` replaced. */
export function filled(text: string, ...values: readonly (string | number)[]): string {
  return text.replaceAll(/\{(\d)\}/g, (all, index) => String(values[Number(index)] ?? all));
}
