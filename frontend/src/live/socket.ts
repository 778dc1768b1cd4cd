// The tab's one socket: connects, follows topics, notices silence, comes back by itself.

import type { Frame } from "../page/events";

const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 30_000;
// The server's heart beats every 5 s: three missed beats mean the line is dead, whatever the browser believes.
const SILENCE_MS = 16_000;

export interface SocketEvents {
  onFrame(frame: Frame): void;
  /** The line is up and the topics are followed again. */
  onUp(): void;
  onDown(): void;
}

export class LiveSocket {
  private readonly events: SocketEvents;
  private readonly topics = new Set<string>();
  private socket: WebSocket | null = null;
  private retryIn = FIRST_RETRY_MS;
  private retry = 0;
  private silence = 0;
  private isClosing = false;

  constructor(events: SocketEvents) {
    this.events = events;
  }

  connect(): void {
    window.clearTimeout(this.retry);
    if (this.socket && this.socket.readyState <= WebSocket.OPEN) return;
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}/ws/`);
    this.socket = socket;
    socket.addEventListener("open", () => {
      this.retryIn = FIRST_RETRY_MS;
      this.hearSomething();
      if (this.topics.size > 0) this.write({ t: "sub", topics: [...this.topics] });
      this.events.onUp();
    });
    socket.addEventListener("message", (event) => {
      this.hearSomething();
      const frame = read(event.data);
      if (frame) this.events.onFrame(frame);
    });
    socket.addEventListener("close", () => this.closed(socket));
  }

  /** Follow more topics, now and after every reconnection. */
  follow(topics: Iterable<string>): void {
    const fresh = [...topics].filter((topic) => topic && !this.topics.has(topic));
    for (const topic of fresh) this.topics.add(topic);
    if (fresh.length > 0) this.write({ t: "sub", topics: fresh });
  }

  /** Send a frame; false when the line is down. */
  write(frame: Frame): boolean {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }

  /** Try again now: the network or the reader came back. */
  hurry(): void {
    this.retryIn = FIRST_RETRY_MS;
    if (!this.socket || this.socket.readyState > WebSocket.OPEN) this.connect();
  }

  /** The page is going away: closing is no fault. */
  leave(): void {
    this.isClosing = true;
    window.clearTimeout(this.retry);
    this.socket?.close(1000);
  }

  /** The page came back from the back/forward cache. */
  resume(): void {
    this.isClosing = false;
    this.connect();
  }

  private closed(socket: WebSocket): void {
    if (socket !== this.socket) return;
    window.clearTimeout(this.silence);
    this.socket = null;
    if (this.isClosing) return;
    this.events.onDown();
    // Half fixed, half random: a restarted server must not be met by everybody in the same second.
    const pause = this.retryIn / 2 + Math.random() * (this.retryIn / 2);
    this.retryIn = Math.min(this.retryIn * 2, LAST_RETRY_MS);
    this.retry = window.setTimeout(() => this.connect(), pause);
  }

  private hearSomething(): void {
    window.clearTimeout(this.silence);
    const socket = this.socket;
    this.silence = window.setTimeout(() => {
      if (!socket || socket !== this.socket) return;
      socket.close();
      // A dead line may take minutes to report its own closing.
      this.closed(socket);
    }, SILENCE_MS);
  }
}

function read(data: unknown): Frame | null {
  if (typeof data !== "string") return null;
  try {
    const frame = JSON.parse(data) as Partial<Frame> | null;
    return typeof frame?.t === "string" ? (frame as Frame) : null;
  } catch {
    return null;
  }
}
