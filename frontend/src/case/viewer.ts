// The evidence viewer: a picture becomes pixels on a canvas, so that nothing in the file can run or phone home.
// A PDF is never opened here: it is saved, under the name and hash the page shows.

import { find, make } from "../page/dom";
import type { EvidenceFile } from "./api";
import { openFile, type OpenFile } from "./files";

const ZOOMS = ["1", "2", "4"];

export class Viewer {
  private readonly dialog = find<HTMLDialogElement>("#evidence-viewer");

  async show(
    code: string,
    file: EvidenceFile,
    reader: { publicKey: string; secret: Uint8Array },
    opener: HTMLElement,
  ): Promise<void> {
    const { dialog } = this;
    if (!dialog) return;
    opener.setAttribute("aria-busy", "true");
    try {
      const open = await openFile(code, file, reader);
      const stage = find("[data-viewer-stage]", dialog);
      stage?.replaceChildren(open.type.startsWith("image/") ? await picture(open) : explanation());
      write(dialog, "[data-viewer-name]", open.name);
      write(dialog, "[data-viewer-note]", file.note);
      write(dialog, "[data-viewer-size]", `${Math.ceil(open.bytes.length / 1024)} KB, ${open.type}`);
      write(dialog, "[data-viewer-hash]", open.sha256);
      this.tools(dialog, open);
      dialog.showModal();
      dialog.addEventListener("close", () => opener.focus(), { once: true });
    } finally {
      opener.removeAttribute("aria-busy");
    }
  }

  private tools(dialog: HTMLDialogElement, open: OpenFile): void {
    const tools = find("[data-viewer-tools]", dialog);
    const stage = find("[data-viewer-stage]", dialog);
    const zooms = open.type.startsWith("image/")
      ? ZOOMS.map((zoom) => {
          const button = make("button", { type: "button", class: "button button-small" }, `${zoom}×`);
          button.addEventListener("click", () => stage?.setAttribute("data-zoom", zoom));
          return button;
        })
      : [];
    const save = make("button", { type: "button", class: "button button-small" }, "Save file");
    save.addEventListener("click", () => saveAs(open));
    tools?.replaceChildren(...zooms, save);
    stage?.setAttribute("data-zoom", "1");
  }
}

async function picture({ bytes, type, name }: OpenFile): Promise<HTMLElement> {
  const bitmap = await createImageBitmap(new Blob([bytes], { type })).catch(() => null);
  if (!bitmap) return make("p", {}, "This picture cannot be drawn. Save it and check it with care.");
  const canvas = make("canvas", { role: "img", "aria-label": name, class: "viewer-picture" });
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0);
  return canvas;
}

function explanation(): HTMLElement {
  return make(
    "p",
    { class: "muted" },
    "PDFs are not opened in this page, because they can hold scripts and links. Save it and open it in a viewer you trust.",
  );
}

function saveAs({ bytes, name }: OpenFile): void {
  const url = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
  const link = make("a", { href: url, download: name });
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

function write(dialog: HTMLElement, selector: string, text: string): void {
  const place = find(selector, dialog);
  if (place) place.textContent = text;
}
