// The chat of one trade: unlocks, meets the other side, follows the log, sends.

import "../page/base";
import "../chain/base";
import { Calls } from "../call/calls";
import { find } from "../page/dom";
import { onConnection, onFrame, type Frame } from "../page/events";
import { facts, sameAddress } from "../page/facts";
import { readLog, type Stored } from "./api";
import { setBadge, showFingerprint, type Badge } from "./badge";
import { Composer } from "./composer";
import { Attach, fileCard } from "./attach";
import { Conversation } from "./conversation";
import { fingerprint } from "./fingerprint";
import { deriveIdentity } from "./keys";
import { LogView } from "./log";
import { ReadMarks } from "./marks";
import { PaymentSection } from "./payment";
import { ForgedKey, meet, type Peer } from "./peers";
import { Presence } from "./presence";
import { isMessage, type Message } from "./protocol";
import { Sending } from "./sending";
import { knownSeed, unlock } from "./unlock";
import type { Vault } from "./vault";
import { Witness } from "./witness";

const POLL_MS = 15_000;

export class Room {
  private readonly section: HTMLElement;
  private readonly vault: Vault;
  private readonly code: string;
  private readonly tradeId: string;
  private readonly peerAddress: string;
  private readonly peerName: string;
  private readonly log: LogView;
  private readonly marks: ReadMarks;
  private readonly composer: Composer | null;
  private readonly presence: Presence;
  private readonly witness: Witness;
  private conversation: Conversation | null = null;
  private sending: Sending | null = null;
  private head = 0;
  private unreadable = 0;
  private isLoading = false;
  private isLoadWanted = false;
  private isConnected = false;
  private isUnlocking = false;
  private isMeeting = false;

  constructor(section: HTMLElement, vault: Vault) {
    const { trade = "", tradeId = "", seller = "", buyer = "" } = section.dataset;
    const peerName = section.dataset.peerName ?? find("h2 bdi", section)?.textContent ?? "";
    this.section = section;
    this.vault = vault;
    this.code = trade;
    this.tradeId = tradeId.toLowerCase();
    this.peerAddress = sameAddress(seller, facts().account) ? buyer : seller;
    this.peerName = peerName || "the other side";
    const list = find("[data-chat-log]", section) ?? section;
    const names = { mine: "You", theirs: peerName || "Other side" };
    this.log = new LogView(list, find<HTMLTemplateElement>("template[data-chat-line]", section), names, () =>
      this.sending?.retry(),
    );
    this.marks = new ReadMarks(trade, this.peerAddress, this.log, () => this.head);
    const form = find<HTMLFormElement>("[data-chat-form]", section);
    const input = find<HTMLTextAreaElement>("[data-chat-input]", section);
    this.composer = form && input ? new Composer(form, input, (text) => this.sending?.send({ text })) : null;
    this.presence = new Presence(section, trade, this.peerAddress, this.peerName);
    this.witness = new Witness(trade, facts().account);
    this.log.drawFile = (file) => fileCard(trade, file);
    find("[data-chat-unlock]", section)?.addEventListener("click", () => void this.unlock());
  }

  /** Open by itself with the key this device has. */
  async start(): Promise<void> {
    this.show("loading", "Opening the chat…");
    this.composer?.block("The chat is not open yet.");
    try {
      const seed = await knownSeed(this.vault);
      if (seed) await this.open(seed);
      else this.lock();
    } catch (error) {
      this.lock((error as Error).message);
    }
  }

  private lock(problem = ""): void {
    this.show("locked", problem ? `Locked on this device. ${problem}` : "Locked on this device.");
    this.composer?.block("Unlock the chat first. Your text is kept.");
    this.showUnlock(true);
  }

  /** Bring the key to this device by the wallet's signature. */
  async unlock(): Promise<void> {
    if (this.isUnlocking) return;
    this.isUnlocking = true;
    try {
      const seed = await unlock(this.vault, (text) => this.show("loading", text));
      await this.open(seed);
    } catch (error) {
      this.lock((error as Error).message);
    } finally {
      this.isUnlocking = false;
    }
  }

  private async open(seed: Uint8Array): Promise<void> {
    this.showUnlock(false);
    const details = find("[data-payment-details]");
    const payment = details ? new PaymentSection(details, seed, facts().account) : null;
    if (await this.tryToMeet(seed, payment)) return;
    this.show("waiting", `Waiting for ${this.peerName} to open the chat.`);
    this.composer?.block(
      `${this.peerName} has not opened the chat yet. You can send as soon as they have; your text is kept.`,
    );
    const again = (): void => void this.tryToMeet(seed, payment).catch(() => undefined);
    onFrame("keys", again);
    onConnection((isUp) => isUp && again());
    const timer = window.setInterval(() => (this.conversation ? window.clearInterval(timer) : again()), POLL_MS);
  }

  /** Returns whether the conversation is open (or must stay closed). */
  private async tryToMeet(seed: Uint8Array, payment: PaymentSection | null): Promise<boolean> {
    if (this.conversation || this.isMeeting) return Boolean(this.conversation);
    this.isMeeting = true;
    try {
      const identity = deriveIdentity(seed);
      const meeting = await meet({ code: this.code, id: this.tradeId, peer: this.peerAddress }, seed, identity);
      if (!meeting) return false;
      const { root, peer } = meeting;
      const { account: me } = facts();
      const conversation = new Conversation({ tradeId: this.tradeId, root, identity, me, peer });
      showFingerprint(this.section, fingerprint(identity.publicKey, peer.identityKey));
      await this.begin(conversation, peer, seed);
      this.startCalls(root, peer.address);
      const isSeller = sameAddress(this.section.dataset.seller ?? "", me);
      const sellerIdentityKey = isSeller ? identity.publicKey : peer.identityKey;
      const seller = isSeller ? me : peer.address;
      void payment?.open({ code: this.code, tradeId: this.tradeId, me, seller, sellerIdentityKey, root, identity });
      return true;
    } catch (error) {
      if (!(error instanceof ForgedKey)) throw error;
      this.show("unsafe", error.message);
      this.composer?.block(error.message);
      return true;
    } finally {
      this.isMeeting = false;
    }
  }

  private async begin(conversation: Conversation, peer: Peer, seed: Uint8Array): Promise<void> {
    this.conversation = conversation;
    const sending = new Sending(this.code, conversation, this.log, {
      onPlaced: (message, seq) => this.placed(message, seq),
      catchUp: () => this.load(),
    });
    this.sending = sending;
    await this.load();
    this.log.settle();
    this.listen();
    const isOpen = this.section.dataset.open !== "0";
    this.composer?.block(isOpen ? "" : "This chat is closed; it can still be read.");
    // Only now: who reads that the chat is open may press Enter at once.
    this.setPeerBadge(peer);
    if (!isOpen) this.show("closed", "Closed. It can still be read.");
    sending.retry();
    if (!isOpen) return;
    const form = find<HTMLFormElement>("[data-chat-form]", this.section);
    if (form) new Attach(form, this.code, seed, (file) => sending.send({ text: "", file }));
    await this.startPresence();
  }

  /** Here, typing and the reader's own settings: a comfort whose absence must not hold up the chat. */
  private async startPresence(): Promise<void> {
    const settings = find("[data-chat-settings]", this.section);
    try {
      await this.presence.start();
    } catch {
      return;
    }
    if (settings) settings.hidden = false;
    if (!this.composer) return;
    this.composer.onTyped = () => this.presence.typed();
    Object.defineProperty(this.composer, "enterSends", { get: () => this.presence.settings.enter_sends });
  }

  /** Calls need a microphone's door in this browser and a relay on this site. */
  private startCalls(root: Uint8Array, peer: string): void {
    const hasCalls = this.section.dataset.calls === "1" && this.section.dataset.open !== "0";
    if (!hasCalls || !("RTCPeerConnection" in window) || !navigator.mediaDevices) return;
    const line = { tradeId: this.tradeId, root, me: facts().account, peer };
    new Calls(this.section, this.code, line, this.peerName);
  }

  private listen(): void {
    onFrame("chat", (frame) => this.heard(frame));
    onFrame("beat", (frame) => {
      const heads = (frame.heads ?? {}) as Record<string, { seq?: number } | undefined>;
      if ((heads[`trade:${this.code}`]?.seq ?? 0) > this.head) void this.load();
    });
    onConnection((isUp) => {
      this.isConnected = isUp;
      if (!isUp) return;
      void this.load();
      this.sending?.hurry();
    });
    window.setInterval(() => {
      if (!this.isConnected && !document.hidden) void this.load();
    }, POLL_MS);
  }

  private heard(frame: Frame): void {
    this.isConnected = true;
    if (frame.trade !== this.code || typeof frame.seq !== "number" || !isMessage(frame.msg)) return;
    if (frame.seq <= this.head) return;
    const receivedAt = typeof frame.received_at === "string" ? frame.received_at : frame.msg.sent_at;
    if (frame.seq === this.head + 1 && !this.isLoading) {
      this.receive({ seq: frame.seq, received_at: receivedAt, msg: frame.msg });
      this.sending?.draw();
      this.marks.tell();
    } else void this.load();
  }

  /** Ask for everything after what is known; the log in the database is the truth. */
  private async load(): Promise<void> {
    this.isLoadWanted = true;
    if (this.isLoading) return;
    this.isLoading = true;
    try {
      while (this.isLoadWanted) {
        this.isLoadWanted = false;
        const { items, head } = await readLog(this.code, this.head);
        this.doubt(this.witness.judge(this.head, head, items[0]?.seq));
        for (const stored of items) this.receive(stored);
        if (this.head < head && items.length > 0) this.isLoadWanted = true;
      }
    } catch {
      // Polling, the heartbeat and the next connection all try again.
    } finally {
      this.isLoading = false;
    }
    this.sending?.draw();
    this.marks.tell();
  }

  private receive({ seq, received_at: receivedAt, msg }: Stored): void {
    if (!this.conversation || seq !== this.head + 1) return;
    this.head = seq;
    this.doubt(this.witness.hear(seq, msg));
    const { isMine, text, file, problem } = this.conversation.read(msg);
    if (isMine) this.sending?.settle(msg);
    if (text === null) {
      this.unreadable += 1;
      const count = this.unreadable === 1 ? "1 message" : `${this.unreadable} messages`;
      this.show("unreadable", `Cannot read ${count}. Ask ${this.peerName} to send again.`);
    }
    this.log.add(seq, { isMine, text, file, problem, at: new Date(receivedAt) });
  }

  private placed(message: Message, seq: number): void {
    if (seq > this.head) this.witness.promise(seq, message);
    const stored = { seq, received_at: new Date().toISOString(), msg: message };
    if (seq === this.head + 1 && !this.isLoading) this.receive(stored);
    else if (seq > this.head) void this.load();
    this.sending?.draw();
  }

  /** Say what is wrong with the log as the server tells it. */
  private doubt(problem: string): void {
    if (problem) this.show("unsafe", problem);
  }

  private setPeerBadge(peer: Peer): void {
    if (peer.isNew)
      this.show(
        "new-device",
        `Encrypted. ${this.peerName} now uses a new device. Compare the words if money details change.`,
      );
    else if (peer.isUnproven)
      this.show(
        "encrypted",
        `Encrypted. ${this.peerName} uses a contract wallet, whose key this site checked and your browser could not.`,
      );
    else this.show("encrypted", "Encrypted");
  }

  private show(badge: Badge, text: string): void {
    // Nothing that comes later makes a log trustworthy again.
    if (this.section.dataset.chatBadge === "unsafe") return;
    setBadge(this.section, badge, text);
  }

  private showUnlock(isShown: boolean): void {
    const box = find("[data-chat-locked]", this.section) ?? find("[data-chat-unlock]", this.section);
    if (box) box.hidden = !isShown;
    const form = find("[data-chat-form]", this.section);
    if (form && !isShown) form.hidden = false;
  }
}
