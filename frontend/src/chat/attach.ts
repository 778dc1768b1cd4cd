// The paper clip: choose, drop or paste a file, watch it go, and see what came. Loaded when there is a chat to write in.

import { find, make } from "../page/dom";
import { say } from "../page/status";
import { toHex } from "../chain/bytes";
import type { FileNote } from "./content";
import { megabytes, prepareFile } from "./file_prepare";
import { sealFile } from "./file_seal";
import { Cancelled, download, upload } from "./transfer";

export class Attach {
  private readonly form: HTMLFormElement;
  private readonly code: string;
  private readonly send: (file: FileNote) => void;
  private isBusy = false;

  constructor(form: HTMLFormElement, code: string, send: (file: FileNote) => void) {
    this.form = form;
    this.code = code;
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
  }

  private async take(file: File): Promise<void> {
    if (this.isBusy) {
      this.fail("One file at a time: wait until the first one has gone.");
      return;
    }
    this.isBusy = true;
    const show = this.show(file.name);
    try {
      show.tell("Preparing…", 0);
      const prepared = await prepareFile(file);
      const sealed = sealFile(prepared.bytes);
      const name = await upload(this.code, sealed, {
        onProgress: (share, isPaused) => {
          const percent = Math.round(share * 100);
          show.tell(
            isPaused ? `Paused at ${percent} %. It goes on by itself.` : `${prepared.note} ${percent} % sent.`,
            share,
          );
        },
        isCancelled: () => show.isCancelled(),
      });
      const { media, bytes } = prepared;
      this.send({
        name: prepared.name,
        media,
        size: bytes.length,
        attachment: name,
        chunks: sealed.chunks.length,
        root: sealed.root,
        key: toHex(sealed.key),
      });
      say(`${prepared.name} was sent.`);
    } catch (error) {
      if (!(error instanceof Cancelled)) this.fail((error as Error).message);
    } finally {
      show.close();
      this.isBusy = false;
    }
  }

  private show(name: string): { tell(text: string, share: number): void; isCancelled(): boolean; close(): void } {
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
