// Colours of a canvas come from the page's tokens: a hidden probe wears each ink, and the browser says what that is now.

import { make } from "../page/dom";

export interface Inks {
  of(ink: string): string;
  faint(ink: string): string;
}

export function readInks(figure: HTMLElement): Inks {
  const probe = make("span", { class: "ink", hidden: true });
  figure.append(probe);
  const known = new Map<string, string>();
  function read(ink: string): string {
    let colour = known.get(ink);
    if (colour === undefined) {
      probe.dataset["ink"] = ink;
      if (!probe.isConnected) figure.append(probe);
      colour = getComputedStyle(probe).color;
      probe.remove();
      known.set(ink, colour);
    }
    return colour;
  }
  return { of: read, faint: (ink) => read(`${ink}-faint`) };
}

/** Run when the reader's theme changes, by the system or by the switch. */
export function onThemeChange(run: () => void): void {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", run);
  new MutationObserver(run).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
}
