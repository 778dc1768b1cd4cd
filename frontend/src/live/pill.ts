// The pill in the header: live updates are paused, since when, and that we are trying.

import { find } from "../page/dom";
import { sayIfQuiet } from "../page/status";

const PATIENCE_MS = 5_000;

export class Pill {
  private lastHeard = Date.now();
  private downSince: number | null = null;
  private ticking = 0;
  private isSaid = false;

  /** Anything at all came in. */
  heard(): void {
    this.lastHeard = Date.now();
  }

  up(): void {
    this.downSince = null;
    this.heard();
    window.clearInterval(this.ticking);
    this.ticking = 0;
    this.show("");
    if (this.isSaid) sayIfQuiet("Live updates are back.");
    this.isSaid = false;
  }

  down(): void {
    this.downSince ??= Date.now();
    if (this.ticking) return;
    this.ticking = window.setInterval(() => this.tick(), 1_000);
  }

  private tick(): void {
    if (this.downSince === null || Date.now() - this.downSince < PATIENCE_MS) return;
    const seconds = Math.round((Date.now() - this.lastHeard) / 1_000);
    this.show(`Live updates paused. Last update ${age(seconds)} ago. Reconnecting.`);
    this.isSaid ||= sayIfQuiet("Live updates paused. Reconnecting.");
  }

  private show(text: string): void {
    const node = this.node();
    if (!node) return;
    node.textContent = text;
    node.hidden = !text;
  }

  private node(): HTMLElement | null {
    return find("#socket-state");
  }
}

function age(seconds: number): string {
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}
