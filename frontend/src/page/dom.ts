// Building and finding elements without markup strings, so that no text can ever become an element.

type Child = Node | string | null | undefined | false;

/** Make `<tag>` with attributes and children; strings become text. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string | boolean | undefined>> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (typeof value === "string") element.setAttribute(name, value);
  }
  for (const child of children) if (child) element.append(child);
  return element;
}

export function find<T extends Element = HTMLElement>(selector: string, within: ParentNode = document): T | null {
  return within.querySelector<T>(selector);
}

export function findAll<T extends Element = HTMLElement>(selector: string, within: ParentNode = document): T[] {
  return [...within.querySelectorAll<T>(selector)];
}

/** The closest match at or above the target of an event. */
export function hit<T extends Element = HTMLElement>(event: Event, selector: string): T | null {
  return event.target instanceof Element ? event.target.closest<T>(selector) : null;
}

/** The first match in the closest ancestor that has one: an error line "near" its button. */
export function nearest(from: Element, selector: string): HTMLElement | null {
  for (let scope: Element | null = from; scope; scope = scope.parentElement) {
    const match = scope.matches(selector) ? scope : scope.querySelector(selector);
    if (match instanceof HTMLElement) return match;
  }
  return null;
}

/** Run when the page is parsed; modules are deferred, so usually at once. */
export function whenReady(run: () => void): void {
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", run, { once: true });
  else run();
}
