// A party's evidence: add a file, open the files of both sides, and let a late arbiter read one's own.

import { find, hit } from "../page/dom";
import { onFrame } from "../page/events";
import { facts, sameAddress } from "../page/facts";
import { say } from "../page/status";
import { refetchTopic } from "../page/swaps";
import { readKeys } from "../chat/api";
import { readDisclosures, readEvidence, shareFile } from "./api";
import { fileKey, upload } from "./files";
import { checkCaseKey, keyringAtHand, openKeyring, sealTo, type Keyring } from "./keyring";
import { Viewer } from "./viewer";

export class EvidencePanel {
  private readonly section: HTMLElement;
  private readonly code: string;
  private readonly tradeId: string;
  private isBusy = false;

  constructor(section: HTMLElement) {
    this.section = section;
    this.code = section.dataset.trade ?? "";
    this.tradeId = (section.dataset.tradeId ?? "").toLowerCase();
    const form = find<HTMLFormElement>("form", section);
    form?.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.add(form);
    });
    document.addEventListener("click", (event) => {
      const button = hit<HTMLElement>(event, "[data-evidence-open]");
      if (button) void this.show(Number(button.dataset.evidenceOpen), button);
    });
    onFrame("dispute", () => void this.shareWithArbiter());
  }

  start(): Promise<void> {
    return this.shareWithArbiter();
  }

  private async add(form: HTMLFormElement): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    this.fail("");
    const input = find<HTMLInputElement>("input[type=file]", form);
    const note = find<HTMLInputElement>("[name=note]", form)?.value.trim() ?? "";
    try {
      const file = input?.files?.[0];
      if (!file) throw new Error("Choose a file first.");
      if (note.length < 3) throw new Error("Say in a few words what this file shows.");
      const keyring = await openKeyring(this.tradeId, (text) => this.tell(text));
      const readers = await this.readers(keyring);
      this.tell("Encrypting…");
      const { isStripped } = await upload(this.code, { file, note, readers, secret: keyring.secret }, (sent, all) =>
        this.progress(sent, all),
      );
      form.reset();
      this.tell(isStripped ? "Added. Location and camera data were removed." : "Added.");
      say("Your file was added to the case.");
      await refetchTopic(`trade:${this.code}`);
    } catch (error) {
      this.tell("");
      this.fail((error as Error).message);
    } finally {
      this.isBusy = false;
      this.progress(0, 0);
    }
  }

  /** Public keys of everyone who shall open the file: oneself, the other side, the arbiter once there is one. */
  private async readers(keyring: Keyring): Promise<string[]> {
    const { account } = facts();
    const theirs = (await readKeys(this.code)).find((key) => !sameAddress(key.account, account));
    const arbiter = await this.arbiterKey();
    return [keyring.publicKey, theirs?.public_key, arbiter].filter((key): key is string => Boolean(key));
  }

  private async arbiterKey(): Promise<string | null> {
    const { arbiter_key: key } = await readDisclosures(this.code);
    if (!key) return null;
    const { isNamed } = checkCaseKey(key, { tradeId: this.tradeId, arbiter: this.section.dataset.arbiter ?? "" });
    return isNamed || this.section.dataset.panel === "1" ? key.public_key : null;
  }

  /** Files added before the arbiter opened the case are sealed to the arbiter too, without asking the wallet. */
  private async shareWithArbiter(): Promise<void> {
    try {
      const keyring = await keyringAtHand(this.tradeId);
      const reader = keyring ? await this.arbiterKey() : null;
      if (!keyring || !reader) return;
      for (const file of await readEvidence(this.code)) {
        const key = file.side === this.section.dataset.side && !file.sealed[reader] ? fileKey(file, keyring) : null;
        if (key) await shareFile(this.code, file.id, { [reader]: sealTo(reader, key) });
      }
    } catch {
      // The next visit tries again; until then the page says that the arbiter cannot open the file.
    }
  }

  private async show(id: number, opener: HTMLElement): Promise<void> {
    const viewer = new Viewer();
    try {
      const keyring = await openKeyring(this.tradeId, (text) => this.tell(text));
      const file = (await readEvidence(this.code)).find((one) => one.id === id);
      if (file) await viewer.show(this.code, file, keyring, opener);
      this.tell("");
    } catch (error) {
      this.tell("");
      this.fail((error as Error).message);
    }
  }

  private progress(sent: number, all: number): void {
    const bar = find<HTMLProgressElement>("progress", this.section);
    if (!bar) return;
    bar.hidden = all === 0;
    bar.max = Math.max(all, 1);
    bar.value = sent;
    if (all > 0) this.tell(`Sending part ${Math.min(sent + 1, all)} of ${all}…`);
  }

  private tell(text: string): void {
    const line = find("[data-evidence-state]", this.section);
    if (line) line.textContent = text;
  }

  private fail(text: string): void {
    const line = find("[data-action-error]", this.section);
    if (!line) return;
    line.textContent = text;
    line.hidden = !text;
  }
}
