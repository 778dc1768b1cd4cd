// What the reader sees of a call: the doors to one, whose turn it is, the buttons that fit, the pictures.

import { find, findAll } from "../page/dom";

const QUIET = "parley:no-calls";

export type Phase = "idle" | "asking" | "calling" | "ringing" | "connecting" | "talking" | "over";
export type Act = "voice" | "video" | "answer" | "answer-video" | "decline" | "mute" | "camera" | "hang-up" | "close";

const FITTING: Record<Phase, readonly Act[]> = {
  idle: ["voice", "video"],
  asking: ["hang-up"],
  calling: ["hang-up"],
  ringing: ["answer", "answer-video", "decline"],
  connecting: ["hang-up"],
  talking: ["mute", "camera", "hang-up"],
  over: ["voice", "video", "close"],
};

export class Panel {
  private readonly section: HTMLElement;
  private readonly box: HTMLElement;
  private clock = 0;

  constructor(section: HTMLElement, onAct: (act: Act) => void) {
    this.section = section;
    this.box = find("[data-call]", section) ?? section;
    for (const button of this.buttons()) {
      button.addEventListener("click", () => onAct(button.dataset.callDo as Act));
    }
    find("[data-call-doors]", section)?.removeAttribute("hidden");
    for (const tick of findAll("[data-call-direct],[data-call-quiet]", section)) {
      tick.closest<HTMLElement>("label")?.removeAttribute("hidden");
    }
    this.keepQuiet();
    this.show("idle", "");
  }

  /** Whether the reader chose to be called without the relay; asked for anew on every page. */
  get isDirect(): boolean {
    return find<HTMLInputElement>("[data-call-direct]", this.section)?.checked ?? false;
  }

  /** Whether this device rings for nobody. */
  get isQuiet(): boolean {
    return find<HTMLInputElement>("[data-call-quiet]", this.section)?.checked ?? false;
  }

  show(phase: Phase, words: string): void {
    this.box.hidden = phase === "idle";
    this.box.dataset.phase = phase;
    const line = find("[data-call-state]", this.box);
    if (line) line.textContent = words;
    for (const button of this.buttons()) {
      const act = button.dataset.callDo as Act;
      const isDoor = act === "voice" || act === "video";
      // The doors keep their place, so that nothing jumps while a call is on.
      if (isDoor) button.disabled = !FITTING[phase].includes(act);
      else button.hidden = !FITTING[phase].includes(act);
    }
    if (phase !== "talking") this.stopClock();
    if (phase === "over" || phase === "idle") this.clear();
  }

  press(act: Act, isOn: boolean): void {
    for (const button of this.buttons()) {
      if (button.dataset.callDo === act) button.setAttribute("aria-pressed", String(isOn));
    }
  }

  hearTheirs(stream: MediaStream): void {
    this.play("[data-call-theirs]", stream);
  }

  showMine(stream: MediaStream | null): void {
    this.play("[data-call-mine]", stream);
    this.reveal("[data-call-mine]", stream !== null);
  }

  /** Their sound plays from the same element, so it stays while the picture is hidden. */
  revealTheirs(isShown: boolean): void {
    this.reveal("[data-call-theirs]", isShown);
  }

  startClock(): void {
    const began = Date.now();
    const draw = (): void => {
      const seconds = Math.floor((Date.now() - began) / 1000);
      const line = find("[data-call-clock]", this.box);
      if (line) line.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    };
    window.clearInterval(this.clock);
    this.clock = window.setInterval(draw, 1000);
    draw();
  }

  private keepQuiet(): void {
    const tick = find<HTMLInputElement>("[data-call-quiet]", this.section);
    if (!tick) return;
    tick.checked = localStorage.getItem(QUIET) === "1";
    tick.addEventListener("change", () => localStorage.setItem(QUIET, tick.checked ? "1" : "0"));
  }

  private stopClock(): void {
    window.clearInterval(this.clock);
    find("[data-call-clock]", this.box)?.replaceChildren();
  }

  private clear(): void {
    this.showMine(null);
    this.play("[data-call-theirs]", null);
    this.revealTheirs(false);
    this.press("mute", false);
    this.press("camera", false);
  }

  private play(selector: string, stream: MediaStream | null): void {
    const element = find<HTMLVideoElement>(selector, this.box);
    if (element && element.srcObject !== stream) element.srcObject = stream;
  }

  private reveal(selector: string, isShown: boolean): void {
    find(selector, this.box)?.classList.toggle("is-shown", isShown);
  }

  private buttons(): HTMLButtonElement[] {
    return findAll<HTMLButtonElement>("[data-call-do]", this.section);
  }
}
