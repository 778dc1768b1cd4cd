// Deadlines count down quietly: the clock time stays, the rest changes, and only a few marks are spoken.

import { find, findAll } from "./dom";
import { clockWords, leftWords, urgencyOf } from "./spans";
import { say } from "./status";
import { afterSwap } from "./swaps";

const MINUTE_MS = 60_000;
const MARKS = [30, 10, 5, 1];
let offset = 0;
/** What was left of each deadline at the last look: a mark is spoken when it is crossed, not when a page opens on it. */
const before = new Map<string, number>();

export function startDeadlines(): void {
  learnOffset(find("meta[name=server-time]")?.getAttribute("content"));
  tick();
  window.setInterval(tick, 1_000);
  afterSwap(tick);
}

/** The server's clock decides; a device that is wrong by minutes must not hurry anybody. */
function learnOffset(serverTime: string | null | undefined): void {
  const [navigation] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  const server = Date.parse(serverTime ?? "");
  if (!navigation || Number.isNaN(server)) return;
  const skew = server - (performance.timeOrigin + navigation.responseStart);
  // Less than two seconds is the journey, not the clock.
  offset = Math.abs(skew) > 2_000 ? skew : 0;
}

function tick(): void {
  const now = Date.now() + offset;
  for (const time of findAll("time[data-deadline]")) update(time, now);
  for (const time of findAll("time[datetime]:not([data-deadline]):not([data-local])")) localise(time, now);
}

function update(time: HTMLElement, now: number): void {
  const { deadline = "", created = "" } = time.dataset;
  const end = Date.parse(deadline);
  if (Number.isNaN(end)) return;
  const left = end - now;
  const urgency = urgencyOf(left, end - (Date.parse(created) || end));
  write(time, clockWords(new Date(end), new Date(now)));
  const scope = time.closest<HTMLElement>("[data-urgency]") ?? time.parentElement;
  if (scope && scope.dataset.urgency !== urgency) scope.dataset.urgency = urgency;
  const remaining = scope ? find("[data-deadline-left]", scope) : null;
  if (remaining) {
    if (!remaining.hasAttribute("role")) remaining.setAttribute("role", "timer");
    write(remaining, remainingWords(left, urgency));
  }
  speak(deadline, left, time.dataset.consequence ?? "");
}

/** The words change with the tone, so that colour is never alone. The template says "(… left)" around them. */
function remainingWords(left: number, urgency: string): string {
  if (urgency === "over") return "no time";
  if (urgency === "last")
    return left < 2 * MINUTE_MS ? `hurry: ${leftWords(left)}` : `hurry: ${Math.floor(left / MINUTE_MS)} min`;
  return leftWords(left);
}

function speak(deadline: string, left: number, consequence: string): void {
  const last = before.get(deadline) ?? left;
  before.set(deadline, left);
  const crossed = MARKS.find((mark) => last > mark * MINUTE_MS && left <= mark * MINUTE_MS);
  if (crossed && left > 0) say(`${crossed} ${crossed === 1 ? "minute" : "minutes"} left. ${consequence}`.trim());
}

/** Other moments on the page: the server wrote them in UTC, the reader lives elsewhere. */
function localise(time: HTMLElement, now: number): void {
  const moment = new Date(time.getAttribute("datetime") ?? "");
  if (Number.isNaN(moment.getTime())) return;
  time.dataset.local = "1";
  if (/\d{2}:\d{2}/.test(time.textContent ?? "")) write(time, clockWords(moment, new Date(now)));
}

function write(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
