// Live updates: hints over one socket, fragments over HTTP, polling while the socket is away.

import "./page/base";
import { announceConnection, announceFrame, onSend, type Frame } from "./page/events";
import { find, whenReady } from "./page/dom";
import { facts } from "./page/facts";
import { say } from "./page/status";
import { afterSwap } from "./page/swaps";
import { updateRows } from "./live/book";
import { catchUp, refetchAll, topicsOnPage, touch } from "./live/fragments";
import { showPhase } from "./live/phase";
import { Pill } from "./live/pill";
import { LiveSocket } from "./live/socket";
import { updateTitle } from "./live/title";

const POLL_MS = 15_000;
const pill = new Pill();
let newestNotification = -1;
let isUp = false;
let wasUp = false;

const socket = new LiveSocket({
  onFrame: (frame) => {
    pill.heard();
    handle(frame);
    announceFrame(frame);
  },
  onUp: () => {
    isUp = true;
    pill.up();
    // The first connection follows a page that was just rendered; any later one follows a gap.
    if (wasUp) refetchAll();
    wasUp = true;
    announceConnection(true);
  },
  onDown: () => {
    isUp = false;
    pill.down();
    announceConnection(false);
  },
});

function handle(frame: Frame): void {
  if (typeof frame.say === "string") say(frame.say);
  switch (frame.t) {
    case "beat":
      for (const [topic, head] of Object.entries((frame.heads ?? {}) as Record<string, { v?: number }>)) {
        if (typeof head?.v !== "number") continue;
        if (topic.startsWith("user:")) touchUser(head.v);
        else touch(topic, head.v);
      }
      break;
    case "chain":
    case "dispute":
      // Confirmations and statements come without a new version of the trade.
      if (typeof frame.id === "string") touch(`trade:${frame.id}`);
      break;
    case "notif":
      if (typeof frame.id === "number") newestNotification = Math.max(newestNotification, frame.id);
      touch("user");
      break;
    case "price":
      touch(topicOf(frame));
      // What follows the market moves with it.
      touch(topicOf(frame).replace("price:", "book:"));
      break;
    default:
      touch(topicOf(frame), typeof frame.v === "number" ? frame.v : undefined);
  }
}

/** `{t: "trade", id: "8F3K"}` belongs to the topic `trade:8F3K`. A frame may name its topic itself. */
function topicOf(frame: Frame): string {
  if (typeof frame.topic === "string") return frame.topic;
  return typeof frame.id === "string" ? `${frame.t}:${frame.id}` : frame.t;
}

/** A heartbeat names the newest notification: one we never heard of was lost on its way. */
function touchUser(newest: number): void {
  if (newestNotification >= 0 && newest > newestNotification) touch("user");
  newestNotification = Math.max(newestNotification, newest);
}

function follow(): void {
  const topics = topicsOnPage();
  if (facts().account) topics.add("user");
  socket.follow(topics);
}

function start(): void {
  follow();
  updateTitle();
  // A page that follows nothing needs no socket.
  if (topicsOnPage().size > 0 || facts().account) socket.connect();
  afterSwap(() => {
    follow();
    updateTitle();
    showPhase();
    updateRows();
  });
  onSend((frame) => socket.write(frame));
  window.setInterval(() => {
    if (!isUp && !document.hidden) refetchAll();
  }, POLL_MS);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    socket.hurry();
    if (isUp) catchUp();
    else refetchAll();
  });
  window.addEventListener("online", () => socket.hurry());
  window.addEventListener("pagehide", () => socket.leave());
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    socket.resume();
    refetchAll();
  });
  // For the demo's fault drawer and for people who debug: what the tab believes about its line.
  find("html")?.setAttribute("data-live-ready", "");
}

whenReady(start);
