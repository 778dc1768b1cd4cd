// The paper clip: choose, drop or paste a file, watch it go, and see what came. Loaded when there is a chat to write in.
// A file that was on its way when the page was left goes on by itself at the next visit.

import { Refusal } from "../api/client";
import { find, make } from "../page/dom";
import { facts } from "../page/facts";
import { say } from "../page/status";
import { toHex } from "../chain/bytes";
import type { FileNote } from "./content";
import { megabytes, prepareFile } from "./file_prepare";
import { sealFile } from "./file_seal";
import { KeptFile, type Going } from "./kept_file";
import { Cancelled, download, upload } from "./transfer";

interface Show {
  tell(text: string, share: number): void;
  isCancelled(): boolean;
  close(): void;
}

export class Attach {
  private readonly form: HTMLFormElement;
  private readonly code: string;
  private readonly kept: KeptFile;
  private readonly send: (file: FileNote) => void;
  private isBusy = false;

  constructor(form: HTMLFormElement, code: string, seed: Uint8Array, send: (file: FileNote) => void) {
    this.form = form;
    this.code = code;
    this.kept = new KeptFile(seed, facts().account, code);
    this.send = send;
    const input = find<HTMLInputElement>("[data-chat-file]", form);
    const button = find<HTMLButtonElement>("[data-chat-attach]", form);
    if (!input || !button) return;
    button.hidden = false;
    button.addEventListener("click", () => input.click());
    input.addEventListener("change", () => {
      const [file] = input.files ?? [];
      if (file) void this.take(file);
      input.value = "";
    });
    form.addEventListener("dragover", (event) => event.preventDefault());
    form.addEventListener("drop", (event) => {
      event.preventDefault();
      const [file] = event.dataTransfer?.files ?? [];
      if (file) void this.take(file);
    });
    form.addEventListener("paste", (event) => {
      const [file] = event.clipboardData?.files ?? [];
      if (!file) return;
      event.preventDefault();
      void this.take(file);
    });
    void this.goOn();
  }

  /** Send the rest of a file that this device was sending when its page was left. */
  private async goOn(): Promise<void> {
    await this.alone(async () => {
      const going = await this.kept.recall();
      if (going) await this.transfer(this.show(going.name), () => Promise.resolve(going));
    });
  }

  private async take(file: File): Promise<void> {
    const isFree = await this.alone(() =>
      this.transfer(this.show(file.name), async () => {
        const { name, media, bytes, note } = await prepareFile(file);
        const going = { name, media, size: bytes.length, note, sealed: sealFile(bytes) };
        await this.kept.keep(going);
        return going;
      }),
    );
    if (!isFree) this.fail("One file at a time: wait until the first one has gone.");
  }

  private async transfer(show: Show, prepare: () => Promise<Going>): Promise<void> {
    try {
      show.tell("Preparing…", 0);
      const { name, media, size, note, sealed } = await prepare();
      const attachment = await upload(this.code, sealed, {
        onProgress: (share, isPaused) => {
          const percent = Math.round(share * 100);
          show.tell(isPaused ? `Paused at ${percent} %. It goes on by itself.` : `${note} ${percent} % sent.`, share);
        },
        isCancelled: () => show.isCancelled(),
      });
      // Forgotten first: a page that ends between the two must not send the message twice.
      await this.kept.forget();
      const { chunks, root, key } = sealed;
      this.send({ name, media, size, attachment, chunks: chunks.length, root, key: toHex(key) });
      say(`${name} was sent.`);
    } catch (error) {
      // Who was signed out in the middle comes back to it; what the site refuses would be refused again.
      if (!(error instanceof Refusal && error.status === 401)) await this.kept.forget();
      if (!(error instanceof Cancelled)) this.fail((error as Error).message);
    } finally {
      show.close();
    }
  }

  /** One file at a time in this trade, over all tabs. False: another one is on its way. */
  private async alone(act: () => Promise<void>): Promise<boolean> {
    if (this.isBusy) return false;
    this.isBusy = true;
    try {
      // Plain http beyond localhost has no locks: there each tab is on its own.
      if (!navigator.locks) await act();
      else
        return await navigator.locks.request(`parley:file:${this.code}`, { ifAvailable: true }, async (lock) => {
          if (lock) await act();
          return lock !== null;
        });
      return true;
    } finally {
      this.isBusy = false;
    }
  }

  private show(name: string): Show {
    find("[data-chat-upload]", this.form)?.remove();
    const words = make("span", {}, "");
    const bar = make("progress", { max: "1", "aria-label": `Sending ${name}` });
    const stop = make("button", { type: "button", class: "button button-quiet button-small" }, "Cancel");
    const box = make(
      "div",
      { class: "chat-upload small", "data-chat-upload": true },
      make("bdi", { class: "chat-upload-name" }, name),
      bar,
      words,
      stop,
    );
    let isCancelled = false;
    stop.addEventListener("click", () => {
      isCancelled = true;
      words.textContent = "Cancelled.";
    });
    this.form.prepend(box);
    return {
      tell: (text, share) => {
        words.textContent = text;
        bar.value = share;
      },
      isCancelled: () => isCancelled,
      close: () => box.remove(),
    };
  }

  private fail(text: string): void {
    const line = make("p", { class: "inline-error chat-upload", "data-chat-upload": true, role: "alert" }, text);
    find("[data-chat-upload]", this.form)?.remove();
    window.setTimeout(() => this.form.prepend(line));
    say(text);
  }
}

/** What stands in the log for a file: its name and size, and buttons that fetch and open it in this browser. */
export function fileCard(code: string, file: FileNote): HTMLElement {
  const isPicture = file.media.startsWith("image/");
  const words = make("span", { class: "muted small" }, megabytes(file.size));
  const open = make(
    "button",
    { type: "button", class: "button button-small", "data-file-open": true },
    isPicture ? "Show" : "Fetch PDF",
  );
  const place = make("div", { class: "file-place" });
  open.addEventListener("click", async () => {
    open.disabled = true;
    try {
      const bytes = await download(code, file, (share) => {
        words.textContent = `${Math.round(share * 100)} %`;
      });
      const blob = new Blob([Uint8Array.from(bytes)], { type: file.media });
      if (isPicture) place.append(await drawn(blob, file.name));
      const link = make("a", { href: URL.createObjectURL(blob), download: file.name, "data-file-save": true }, "Save");
      place.append(link);
      words.textContent = megabytes(file.size);
      open.remove();
    } catch (error) {
      words.textContent = (error as Error).message;
      open.disabled = false;
    }
  });
  return make(
    "div",
    { class: "file", "data-file": true },
    make("bdi", { class: "file-name" }, file.name),
    words,
    open,
    place,
  );
}

/** Drawn, not embedded: the page's policy lets in no picture from elsewhere, and this needs none. */
async function drawn(blob: Blob, name: string): Promise<HTMLElement> {
  const picture = await createImageBitmap(blob);
  const canvas = make("canvas", { role: "img", "aria-label": name, class: "file-picture" });
  const scale = Math.min(1, 1200 / Math.max(picture.width, picture.height));
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return canvas;
}
