/** Options of an element. Text is always text: nothing here takes markup. */
export interface Made {
  readonly class?: string;
  /** Identifies the element after its parent was filled again, so that it keeps the focus. */
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

/** Replaces the children of an element. The focus stays on the child with the same key. */
export function fill(parent: HTMLElement, ...children: readonly Child[]): void {
  const active = document.activeElement;
  const key = active instanceof HTMLElement && parent.contains(active) ? active.dataset["key"] : undefined;
  parent.replaceChildren(...children.filter((child) => child !== undefined));
  if (key === undefined) return;
  parent.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
}
