// Handing the arbiter messages: everything, or chosen ones, each by the key of that message and of no other.

import { find, findAll, make } from "../page/dom";
import { onFrame } from "../page/events";
import { facts, sameAddress } from "../page/facts";
import { say } from "../page/status";
import { refetchTopic } from "../page/swaps";
import { meet } from "../chat/peers";
import { disclose, readDisclosures, type Disclosures } from "./api";
import { checkCaseKey, keyringAtHand, openKeyring, sealTo, type Keyring } from "./keyring";
import { keyedMessages, type Keyed } from "./messages";

export class DisclosurePanel {
  private readonly section: HTMLElement;
  private readonly code: string;
  private readonly tradeId: string;
  private readonly peer: string;
  private messages: Keyed[] = [];
  private status: Disclosures | null = null;

  constructor(section: HTMLElement) {
    const { trade = "", tradeId = "", seller = "", buyer = "" } = section.dataset;
    this.section = section;
    this.code = trade;
    this.tradeId = tradeId.toLowerCase();
    this.peer = sameAddress(seller, facts().account) ? buyer : seller;
    find("[data-disclose-open]", section)?.addEventListener("click", () => void this.open());
    find<HTMLFormElement>("form", section)?.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.handOver();
    });
    section.addEventListener("change", () => this.showChoice());
    onFrame("dispute", () => void this.refresh());
  }

  async start(): Promise<void> {
    await this.refresh();
    const keyring = await keyringAtHand(this.tradeId).catch(() => null);
    if (keyring) await this.read(keyring).catch((error: Error) => this.tell(error.message));
  }

  private async open(): Promise<void> {
    try {
      await this.read(await openKeyring(this.tradeId, (text) => this.tell(text)));
    } catch (error) {
      this.tell((error as Error).message);
    }
  }

  private async read(keyring: Keyring): Promise<void> {
    const meeting = await meet({ code: this.code, id: this.tradeId, peer: this.peer }, keyring.seed, keyring.identity);
    if (!meeting) {
      this.tell("The two of you have written nothing here: there is nothing to hand over.");
      return;
    }
    this.messages = await keyedMessages(this.code, meeting.root, [
      { address: facts().account, identityKey: keyring.identity.publicKey },
      { address: meeting.peer.address, identityKey: meeting.peer.identityKey },
    ]);
    this.drawList();
    const opener = find("[data-disclose-locked]", this.section);
    if (opener) opener.hidden = true;
    await this.refresh();
  }

  private async refresh(): Promise<void> {
    this.status = await readDisclosures(this.code).catch(() => null);
    const isReady = this.status?.arbiter_key != null && this.messages.length > 0;
    const form = find("form", this.section);
    if (form) form.hidden = !isReady;
    if (this.status && !this.status.arbiter_key) this.tell("The arbiter has not opened the case yet. You are told.");
    else if (this.messages.length > 0) this.tell(this.handedWords());
    this.markHanded();
  }

  private handedWords(): string {
    const handed = this.status?.items.length ?? 0;
    if (handed === 0) return `${this.messages.length} messages on both sides. You have handed over none.`;
    if (handed >= this.messages.length) return `You have handed over all ${handed} messages.`;
    return `You have handed over ${handed} of ${this.messages.length} messages.`;
  }

  private drawList(): void {
    const list = find("[data-disclose-list]", this.section);
    list?.replaceChildren(
      ...this.messages.map((message) => {
        const who = sameAddress(message.sender, facts().account) ? "You" : (this.section.dataset.peerName ?? "They");
        const box = make("input", { type: "checkbox", value: `${message.sender}:${message.n}` });
        return make("li", {}, make("label", { class: "tick" }, box, make("span", {}, `${who}: ${message.text}`)));
      }),
    );
    this.showChoice();
  }

  private markHanded(): void {
    const handed = new Set(this.status?.items.map((one) => `${one.sender.toLowerCase()}:${one.n}`));
    for (const box of findAll<HTMLInputElement>("[data-disclose-list] input", this.section)) {
      if (!handed.has(box.value.toLowerCase())) continue;
      box.checked = true;
      box.disabled = true;
    }
  }

  private get isEverything(): boolean {
    return find<HTMLInputElement>("[name=disclose-what][value=all]", this.section)?.checked ?? true;
  }

  private showChoice(): void {
    const list = find("[data-disclose-list]", this.section);
    if (list) list.hidden = this.isEverything;
  }

  private async handOver(): Promise<void> {
    const error = find("[data-action-error]", this.section);
    if (error) error.hidden = true;
    try {
      const key = this.status?.arbiter_key;
      if (!key) throw new Error("The arbiter has not opened the case yet.");
      const { isNamed } = checkCaseKey(key, { tradeId: this.tradeId, arbiter: this.section.dataset.arbiter ?? "" });
      if (!isNamed && this.section.dataset.panel !== "1") {
        throw new Error("This key belongs to another wallet than the arbiter your terms name. Nothing was handed over.");
      }
      const chosen = this.chosen();
      if (chosen.length === 0) throw new Error("Choose at least one message.");
      const items = chosen.map(({ sender, n, key: one }) => ({ sender, n, sealed: sealTo(key.public_key, one) }));
      for (let at = 0; at < items.length; at += 500) {
        this.status = await disclose(this.code, items.slice(at, at + 500));
      }
      say(`Handed over ${items.length} messages. Only the arbiter can open them.`);
      await this.refresh();
      await refetchTopic(`trade:${this.code}`);
    } catch (problem) {
      if (error) {
        error.textContent = (problem as Error).message;
        error.hidden = false;
      }
    }
  }

  private chosen(): Keyed[] {
    const handed = new Set(this.status?.items.map((one) => `${one.sender.toLowerCase()}:${one.n}`));
    const open = this.messages.filter((one) => !handed.has(`${one.sender.toLowerCase()}:${one.n}`));
    if (this.isEverything) return open;
    const boxes = findAll<HTMLInputElement>("[data-disclose-list] input:checked:not(:disabled)", this.section);
    const ticked = new Set(boxes.map((box) => box.value));
    return open.filter((one) => ticked.has(`${one.sender}:${one.n}`));
  }

  private tell(text: string): void {
    const line = find("[data-disclose-state]", this.section);
    if (line) line.textContent = text;
  }
}
