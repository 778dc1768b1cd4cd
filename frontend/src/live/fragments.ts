// Hints become refetches: debounced, never backwards, not in hidden tabs except for trades.

import { findAll } from "../page/dom";
import { refetch } from "../page/swaps";

const DEBOUNCE_MS = 250;
const waiting = new Map<string, number>();
const stale = new Set<string>();

/** The topics of everything on this page that wants to stay fresh. */
export function topicsOnPage(): Set<string> {
  const topics = new Set<string>();
  for (const element of findAll("[data-live],[data-topics]")) {
    const { live = "", topics: more = "" } = element.dataset;
    for (const topic of `${live} ${more}`.split(/\s+/)) if (topic) topics.add(topic);
  }
  return topics;
}

/** Something about `topic` changed; `version` is its newest version if the hint named one. */
export function touch(topic: string, version?: number): void {
  const behind = fragmentsOf(topic).filter((fragment) => version === undefined || version > versionOf(fragment));
  if (behind.length === 0) return;
  if (document.hidden && !topic.startsWith("trade:")) {
    stale.add(topic);
    return;
  }
  schedule(topic);
}

/** Refetch what hints told us about while the tab was hidden. */
export function catchUp(): void {
  for (const topic of stale) schedule(topic);
  stale.clear();
}

/** Refetch everything: after a gap nobody knows what was missed. */
export function refetchAll(): void {
  stale.clear();
  for (const topic of new Set(findAll("[data-live][data-src]").map((fragment) => fragment.dataset.live ?? "")))
    schedule(topic);
}

function fragmentsOf(topic: string): HTMLElement[] {
  return findAll(`[data-live="${CSS.escape(topic)}"][data-src]`);
}

function versionOf(fragment: HTMLElement): number {
  return Number(fragment.dataset.version ?? 0);
}

function schedule(topic: string): void {
  if (waiting.has(topic)) return;
  const timer = window.setTimeout(() => {
    waiting.delete(topic);
    for (const fragment of fragmentsOf(topic)) void refetch(fragment).catch(() => undefined);
  }, DEBOUNCE_MS);
  waiting.set(topic, timer);
}
