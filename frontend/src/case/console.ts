// The arbiter's desk: the key of the case, the transcript with its verdict, the files, and the signed export.

import { toHex } from "../chain/bytes";
import { find, findAll, hit, make } from "../page/dom";
import { onFrame } from "../page/events";
import { facts, sameAddress } from "../page/facts";
import { say } from "../page/status";
import { canonical } from "../chat/canonical";
import { sign, signTradeKey } from "../chat/keys";
import { readIdentity } from "../chat/api";
import { keyringOfColleague, shareWithColleagues } from "./colleagues";
import { publishCaseKey, readEvidence, readExport, readTranscript, type Transcript } from "./api";
import { keyringAtHand, openKeyring, unsealWith, type Keyring } from "./keyring";
import { wordsOf } from "./messages";
import { judge, type OpenKey, type Verdict } from "./verdict";
import { Viewer } from "./viewer";

export class Desk {
  private readonly root: HTMLElement;
  private readonly code: string;
  private readonly tradeId: string;
  private readonly isColleague: boolean;
  private keyring: Keyring | null = null;

  constructor(root: HTMLElement) {
    this.root = root;
    this.code = root.dataset.case ?? "";
    this.tradeId = (root.dataset.tradeId ?? "").toLowerCase();
    this.isColleague = root.dataset.colleague === "1";
    for (const button of findAll("[data-case-unlock]", root)) button.addEventListener("click", () => void this.open());
    find("[data-case-export]", root)?.addEventListener("click", () => void this.export());
    document.addEventListener("click", (event) => {
      const button = hit<HTMLElement>(event, "[data-evidence-open]");
      if (button) void this.showFile(Number(button.dataset.evidenceOpen), button);
    });
    let waiting = 0;
    onFrame("dispute", () => {
      window.clearTimeout(waiting);
      waiting = window.setTimeout(() => void this.refresh(), 500);
    });
  }

  /** Open by itself where this device has the key. */
  async start(): Promise<void> {
    const keyring = await keyringAtHand(this.tradeId).catch(() => null);
    if (keyring) await this.enter(keyring).catch((error: Error) => this.fail(error));
  }

  private async open(): Promise<void> {
    try {
      await this.enter(await openKeyring(this.tradeId, (text) => this.tell(text)));
    } catch (error) {
      this.fail(error as Error);
    }
  }

  /** Read the case: by one's own key of it, or as a colleague by the one that its arbiter shared. */
  private async enter(mine: Keyring): Promise<void> {
    if (this.isColleague) this.keyring = await keyringOfColleague(this.code, this.tradeId, mine);
    else {
      await this.publish(mine);
      this.keyring = mine;
    }
    await this.refresh();
  }

  private async share(keyring: Keyring): Promise<void> {
    if (this.isColleague || !this.root.dataset.panel) return;
    try {
      const names = await shareWithColleagues(this.code, this.tradeId, keyring);
      if (names.length > 0) this.tell(`${names.join(" and ")} can read the messages and files of this case now.`);
    } catch (error) {
      this.fail(error as Error);
    }
  }

  /** Say once by which key this case is read; from then on the parties can hand messages over. */
  private async publish({ identity, publicKey }: Keyring): Promise<void> {
    const stored = await readIdentity();
    if (!stored) throw new Error("Your chat key is not set up yet. Press the button again.");
    await publishCaseKey(this.code, {
      identity_key: identity.publicKey,
      wallet_signature: stored.wallet_signature,
      public_key: publicKey,
      signature: signTradeKey(identity, publicKey, this.tradeId),
    });
  }

  private async refresh(): Promise<void> {
    if (!this.keyring) return;
    const record = await readTranscript(this.code);
    const verdict = judge(record, this.openKeys(record, this.keyring), (address) => this.nameOf(address));
    for (const box of findAll("[data-case-locked]", this.root)) box.hidden = true;
    this.draw(verdict, record);
    await this.share(this.keyring);
  }

  private openKeys(record: Transcript, { secret }: Keyring): OpenKey[] {
    return record.disclosures.map(({ sender, n, sealed, by }) => {
      try {
        return { sender, n, by, key: unsealWith(secret, sealed) };
      } catch {
        // Sealed to nobody or to somebody else: a key that fits nothing, told as such.
        return { sender, n, by, key: new Uint8Array(32) };
      }
    });
  }

  private draw(verdict: Verdict, record: Transcript): void {
    const line = find("[data-case-verdict]", this.root);
    const isEmpty = record.items.length === 0;
    const isUnread = verdict.problems.length === 0 && record.disclosures.length === 0 && !isEmpty;
    if (line) {
      line.textContent = isEmpty
        ? "The two have written nothing to each other here."
        : isUnread
          ? `${verdict.total} messages, signatures valid, order unbroken; none handed over: you see ciphertext only.`
          : verdict.words;
    }
    const box = line?.closest<HTMLElement>("[data-tone]");
    if (box) box.dataset.tone = verdict.problems.length > 0 ? "dispute" : isEmpty || isUnread ? "neutral" : "done";
    find("[data-case-problems]", this.root)?.replaceChildren(...verdict.problems.map((text) => make("li", {}, text)));
    find("[data-case-transcript]", this.root)?.replaceChildren(
      ...verdict.lines.map((one) => {
        const side = sameAddress(one.sender, this.root.dataset.seller ?? "") ? "seller" : "buyer";
        const text = one.content ? wordsOf(one.content) : one.problem || "Withheld: its key was not handed over.";
        const when = make("time", { datetime: one.sentAt, class: "muted small" }, momentWords(one.sentAt));
        const head = make("p", { class: "row" }, make("strong", {}, this.nameOf(one.sender)), make("span", { class: "tag" }, `${side} ${one.n}`), when);
        return make("li", { "data-source": "chat", "data-withheld": one.content === null }, head, make("p", { class: one.content ? "statement" : "muted" }, text));
      }),
    );
    this.mergeTimeline(verdict);
  }

  /** Put the readable messages among the chain's and the case's events, in the order of their time. */
  private mergeTimeline(verdict: Verdict): void {
    const list = find("[data-case-timeline]", this.root);
    if (!list) return;
    for (const old of findAll("li[data-source=chat]", list)) old.remove();
    for (const one of verdict.lines) {
      const text = one.content ? wordsOf(one.content) : "(withheld)";
      const item = make(
        "li",
        { class: "moment", "data-source": "chat", "data-at": one.sentAt },
        make("span", { class: "moment-mark" }, "“"),
        make("p", { class: "moment-line" }, make("span", {}, `${this.nameOf(one.sender)}: ${text}`), make("time", { datetime: one.sentAt }, momentWords(one.sentAt))),
      );
      const after = findAll("li[data-at]", list).find((other) => Date.parse(other.dataset.at ?? "") > Date.parse(one.sentAt));
      list.insertBefore(item, after ?? null);
    }
  }

  private async showFile(id: number, opener: HTMLElement): Promise<void> {
    try {
      if (!this.keyring) await this.enter(await openKeyring(this.tradeId, (text) => this.tell(text)));
      const file = (await readEvidence(this.code)).find((one) => one.id === id);
      if (file && this.keyring) await new Viewer().show(this.code, file, this.keyring, opener);
      opener.dataset.opened = "1";
    } catch (error) {
      this.fail(error as Error);
    }
  }

  private async export(): Promise<void> {
    try {
      this.keyring ??= await openKeyring(this.tradeId, (text) => this.tell(text));
      const { keyring } = this;
      const file = await readExport(this.code);
      const stored = await readIdentity();
      const opened = this.openKeys(file.transcript, keyring).filter((one) => one.key.some((byte) => byte !== 0));
      const keys = [...new Map(opened.map((one) => [`${one.sender}:${one.n}`, one])).values()];
      const told = {
        ...file,
        transcript: { ...file.transcript, keys: keys.map(({ sender, n, key }) => ({ sender, n, key: toHex(key) })) },
      };
      const signature = sign(canonical(told), keyring.identity);
      const signedBy = {
        account: facts().account,
        identity_key: keyring.identity.publicKey,
        wallet_signature: stored?.wallet_signature ?? "",
        signature,
      };
      save(`parley-case-${this.code}.json`, JSON.stringify({ ...told, signed_by: signedBy }, null, 1));
      say("The case file was signed and saved.");
    } catch (error) {
      this.fail(error as Error);
    }
  }

  private nameOf(address: string): string {
    const { seller = "", sellerName = "Seller", buyerName = "Buyer" } = this.root.dataset;
    return sameAddress(address, seller) ? sellerName : buyerName;
  }

  private tell(text: string): void {
    for (const line of findAll("[data-case-state]", this.root)) line.textContent = text;
  }

  private fail(error: Error): void {
    this.tell(error.message);
    say(error.message);
  }
}

function momentWords(iso: string): string {
  const moment = new Date(iso);
  if (Number.isNaN(moment.getTime())) return iso;
  return moment.toLocaleString(document.documentElement.lang || "en", {
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
  });
}

function save(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = make("a", { href: url, download: name });
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
