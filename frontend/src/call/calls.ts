// Calls of one trade room: ring, answer, decline, talk, hang up. One at a time, only while both have the room open.

import { toHex } from "../chain/bytes";
import { onConnection, onFrame, sendFrame, type Frame } from "../page/events";
import { sameAddress } from "../page/facts";
import { say } from "../page/status";
import { openCamera, openDevices } from "./devices";
import { Link } from "./link";
import { Panel, type Act, type Phase } from "./panel";
import { routes } from "./relay";
import { openSignal, sealSignal, type Line, type Signal } from "./signals";

const RING_MS = 45_000;
const CONNECT_MS = 30_000;
// Who was just turned down is not heard again at once.
const QUIET_MS = 60_000;

interface Call {
  id: string;
  isMine: boolean;
  phase: Phase;
  mine: MediaStream | null;
  routes: RTCConfiguration | null;
  link: Link | null;
}

export class Calls {
  private readonly code: string;
  private readonly line: Line;
  private readonly peerName: string;
  private readonly panel: Panel;
  private readonly heardOf = new Set<string>();
  private call: Call | null = null;
  private timer = 0;
  private quietUntil = 0;

  constructor(section: HTMLElement, code: string, line: Line, peerName: string) {
    this.code = code;
    this.line = line;
    this.peerName = peerName;
    this.panel = new Panel(section, (act) => void this.act(act));
    onFrame("call", (frame) => this.hear(frame));
    onConnection((isUp) => {
      // A call that is already connected needs the socket no more.
      if (!isUp && this.call && this.call.phase !== "talking") this.finish("The connection to this site broke.");
    });
    // Before the tab's socket says goodbye.
    window.addEventListener("pagehide", () => this.call && this.hangUp(""), { capture: true });
  }

  private async act(act: Act): Promise<void> {
    if (act === "voice" || act === "video") await this.ring(act === "video");
    else if (act === "answer" || act === "answer-video") await this.answer(act === "answer-video");
    else if (act === "decline") this.decline();
    else if (act === "mute") this.toggleSound();
    else if (act === "camera") await this.toggleCamera();
    else if (act === "hang-up") this.hangUp("You hung up.");
    else this.panel.show("idle", "");
  }

  private async ring(wantsVideo: boolean): Promise<void> {
    if (this.call) return;
    const id = toHex(crypto.getRandomValues(new Uint8Array(16)));
    const call: Call = { id, isMine: true, phase: "asking", mine: null, routes: null, link: null };
    this.call = call;
    if (!(await this.prepare(call, wantsVideo))) return;
    if (!this.send({ kind: "ring", call: call.id, video: wantsVideo })) {
      this.finish("There is no connection to this site just now. Try again in a moment.");
      return;
    }
    this.move("calling", `Calling ${this.peerName}…`);
    this.within(RING_MS, () =>
      this.hangUp(`No answer. ${this.peerName} may not have this page open; write in the chat.`),
    );
  }

  private async answer(wantsVideo: boolean): Promise<void> {
    const call = this.call;
    if (call?.phase !== "ringing") return;
    window.clearTimeout(this.timer);
    if (!(await this.prepare(call, wantsVideo))) return;
    this.connect(call);
    this.send({ kind: "accept", call: call.id });
  }

  private decline(): void {
    if (this.call?.phase !== "ringing") return;
    this.quietUntil = Date.now() + QUIET_MS;
    this.send({ kind: "decline", call: this.call.id });
    this.finish("You declined the call.");
  }

  private hangUp(words: string): void {
    if (!this.call) return;
    if (this.call.phase !== "asking" || !this.call.isMine) this.send({ kind: "hang-up", call: this.call.id });
    this.finish(words);
  }

  /** Open the devices and get a pass to the relay; false when that failed or the call is over by then. */
  private async prepare(call: Call, wantsVideo: boolean): Promise<boolean> {
    this.move("asking", wantsVideo ? "Opening your microphone and camera…" : "Opening your microphone…");
    try {
      call.mine = await openDevices(wantsVideo);
      call.routes = await routes(this.code, this.panel.isDirect);
    } catch (error) {
      if (this.call === call) this.hangUp((error as Error).message);
      stop(call.mine);
      return false;
    }
    if (this.call !== call) {
      stop(call.mine);
      return false;
    }
    this.panel.showMine(wantsVideo ? call.mine : null);
    this.panel.press("camera", wantsVideo);
    return true;
  }

  private connect(call: Call): void {
    this.move("connecting", `Connecting you with ${this.peerName}…`);
    this.within(CONNECT_MS, () => this.hangUp("The call could not be connected. Write in the chat, or try again."));
    call.link = new Link(call.routes ?? {}, {
      onCandidate: ({ candidate, sdpMid, sdpMLineIndex }) =>
        this.send({ kind: "candidate", call: call.id, candidate, mid: sdpMid, line: sdpMLineIndex }),
      onTheirs: (stream) => this.panel.hearTheirs(stream),
      onState: (state) => this.call === call && this.connectionIs(state, call),
    });
  }

  private connectionIs(state: RTCPeerConnectionState, call: Call): void {
    if (state === "connected") {
      window.clearTimeout(this.timer);
      const isNew = call.phase !== "talking";
      const way = call.routes?.iceTransportPolicy === "relay" ? "Encrypted, through the relay." : "Encrypted.";
      this.move("talking", `Talking with ${this.peerName}. ${way}`);
      if (!isNew) return;
      this.panel.startClock();
      this.tellCamera();
    } else if (state === "failed") {
      this.move("connecting", "The line broke. Connecting again…");
      this.within(CONNECT_MS, () => this.hangUp("The line broke. Call again, or write in the chat."));
      if (call.isMine) void this.connectAgain(call);
    }
  }

  private async connectAgain(call: Call): Promise<void> {
    try {
      call.routes = await routes(this.code, this.panel.isDirect);
      const sdp = await call.link?.offerAgain(call.routes);
      if (sdp) this.send({ kind: "offer", call: call.id, sdp });
    } catch {
      // The clock that runs ends the call.
    }
  }

  private hear(frame: Frame): void {
    const { trade, by, box } = frame;
    if (trade !== this.code || typeof by !== "string" || typeof box !== "string") return;
    const signal = openSignal(box, by, this.line);
    if (!signal) return;
    if (sameAddress(by, this.line.me)) this.hearOwn(signal);
    else if (sameAddress(by, this.line.peer)) void this.hearTheirs(signal);
  }

  /** Another tab or device of the reader's took the call. */
  private hearOwn({ kind, call }: Signal): void {
    if (this.call?.phase !== "ringing" || this.call.id !== call) return;
    if (kind === "accept") this.finish("Answered on another page of yours.");
    if (kind === "decline") this.finish("Declined on another page of yours.");
  }

  private async hearTheirs(signal: Signal): Promise<void> {
    if (signal.kind === "ring") {
      this.hearRing(signal.call, signal.video);
      return;
    }
    const call = this.call;
    if (!call || call.id !== signal.call) return;
    try {
      await this.follow(call, signal);
    } catch {
      if (this.call === call) this.hangUp("The call could not be connected. Write in the chat, or try again.");
    }
  }

  private async follow(call: Call, signal: Signal): Promise<void> {
    if (signal.kind === "accept" && call.phase === "calling") {
      this.connect(call);
      const sdp = await call.link?.offer(call.mine ?? new MediaStream());
      if (sdp) this.send({ kind: "offer", call: call.id, sdp });
    } else if (signal.kind === "offer" && !call.isMine) {
      const sdp = await call.link?.answer(signal.sdp, call.mine ?? new MediaStream());
      if (sdp) this.send({ kind: "answer", call: call.id, sdp });
    } else if (signal.kind === "answer" && call.isMine) await call.link?.accept(signal.sdp);
    else if (signal.kind === "candidate") {
      const { candidate, mid, line } = signal;
      await call.link?.addCandidate({ candidate, sdpMid: mid, sdpMLineIndex: line });
    } else if (signal.kind === "camera") this.panel.revealTheirs(signal.on);
    else if (signal.kind === "decline") this.finish(`${this.peerName} declined. Write in the chat instead.`);
    else if (signal.kind === "busy") this.finish(`${this.peerName} cannot take a call now. Write in the chat.`);
    else if (signal.kind === "hang-up") {
      this.finish(call.phase === "ringing" ? `Missed call from ${this.peerName}.` : `${this.peerName} hung up.`);
    }
  }

  private hearRing(id: string, isVideo: boolean): void {
    if (this.heardOf.has(id)) return;
    this.heardOf.add(id);
    if (this.call) this.hearSecondRing(this.call, id);
    else if (this.panel.isQuiet || Date.now() < this.quietUntil) this.send({ kind: "busy", call: id });
    else {
      this.call = { id, isMine: false, phase: "ringing", mine: null, routes: null, link: null };
      const words = `${this.peerName} is calling you${isVideo ? " with camera" : ""}.`;
      this.move("ringing", words);
      say(`${words} You can answer in the chat.`);
      this.within(RING_MS + 5_000, () => this.finish(`Missed call from ${this.peerName}.`));
    }
  }

  /** Both rang at once: the call with the lower id is the one, and nobody is asked twice. */
  private hearSecondRing(call: Call, id: string): void {
    if (call.phase !== "calling") {
      this.send({ kind: "busy", call: id });
      return;
    }
    if (call.id < id) return;
    call.id = id;
    call.isMine = false;
    this.connect(call);
    this.send({ kind: "accept", call: id });
  }

  private toggleSound(): void {
    const track = this.call?.mine?.getAudioTracks()[0];
    if (!track) return;
    track.enabled = !track.enabled;
    this.panel.press("mute", !track.enabled);
    say(track.enabled ? "Your microphone is on." : "Your microphone is off.");
  }

  private async toggleCamera(): Promise<void> {
    const call = this.call;
    if (!call?.mine) return;
    const [running] = call.mine.getVideoTracks();
    if (running) {
      running.stop();
      call.mine.removeTrack(running);
      await call.link?.show(null);
    } else {
      try {
        const track = await openCamera();
        if (this.call !== call) {
          track.stop();
          return;
        }
        call.mine.addTrack(track);
        await call.link?.show(track);
      } catch (error) {
        say((error as Error).message);
        return;
      }
    }
    this.panel.showMine(running ? null : call.mine);
    this.panel.press("camera", !running);
    this.tellCamera();
  }

  private tellCamera(): void {
    if (this.call) this.send({ kind: "camera", call: this.call.id, on: this.call.mine?.getVideoTracks().length === 1 });
  }

  private move(phase: Phase, words: string): void {
    if (this.call) this.call.phase = phase;
    this.panel.show(phase, words);
  }

  private finish(words: string): void {
    window.clearTimeout(this.timer);
    stop(this.call?.mine ?? null);
    this.call?.link?.close();
    this.call = null;
    this.panel.show("over", words);
    say(words);
  }

  private within(ms: number, run: () => void): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(run, ms);
  }

  private send(signal: Signal): boolean {
    return sendFrame({ t: "call", trade: this.code, box: sealSignal(signal, this.line) });
  }
}

function stop(stream: MediaStream | null): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}
