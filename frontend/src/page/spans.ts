// Moments and spans in words, as the server writes them (exchange/web/times.py), in the reader's own time zone.

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NBSP = "\u00a0";

export type Urgency = "calm" | "soon" | "last" | "over";

/** `27:41` below an hour, `3 h 12 min` below two days, else `2 days 4 h`. */
export function leftWords(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1_000));
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)}:${String(seconds % MINUTE).padStart(2, "0")}`;
  if (seconds < 2 * DAY) {
    const [hours, minutes] = [Math.floor(seconds / HOUR), Math.floor((seconds % HOUR) / MINUTE)];
    return minutes ? `${hours}${NBSP}h ${minutes}${NBSP}min` : `${hours}${NBSP}h`;
  }
  const [days, hours] = [Math.floor(seconds / DAY), Math.floor((seconds % DAY) / HOUR)];
  return hours ? `${days}${NBSP}days ${hours}${NBSP}h` : `${days}${NBSP}days`;
}

/** A quarter left is `soon`, a tenth is `last`. */
export function urgencyOf(left: number, whole: number): Urgency {
  if (left <= 0) return "over";
  if (whole <= 0) return "calm";
  if (left * 10 <= whole) return "last";
  return left * 4 <= whole ? "soon" : "calm";
}

/** `14:10` today, `Tue 24 Nov, 14:10` on another day, in the zone of this device. */
export function clockWords(moment: Date, now: Date): string {
  const language = document.documentElement.lang || "en";
  const time = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(
    moment,
  );
  if (moment.toDateString() === now.toDateString()) return time;
  const part = (options: Intl.DateTimeFormatOptions): string =>
    new Intl.DateTimeFormat(language, options).format(moment);
  const isOtherYear = moment.getFullYear() !== now.getFullYear();
  const day = [part({ weekday: "short" }), part({ day: "numeric" }), part({ month: "short" })].join(NBSP);
  return `${day}${isOtherYear ? ` ${moment.getFullYear()}` : ""}, ${time}`;
}
