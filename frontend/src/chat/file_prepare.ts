// A chosen file before it is sealed: pictures are drawn anew, which leaves place, camera and comments behind;
// PDF goes as it is; anything else is refused with the reason. The bytes decide, not the name.

import { MEDIA } from "./content";

export const MOST_BYTES = 10 * 1024 * 1024;
const LONGEST_SIDE = 4096;
const QUALITY = 0.88;

export interface Prepared {
  name: string;
  media: string;
  bytes: Uint8Array;
  /** What was done to it, in words. */
  note: string;
}

type Kind = "image/jpeg" | "image/png" | "image/webp" | "image/gif" | "application/pdf" | "svg" | "program" | "unknown";

/** Throws with words for the reader. */
export async function prepareFile(file: File): Promise<Prepared> {
  if (file.size === 0) throw new Error("This file is empty.");
  if (file.size > MOST_BYTES) {
    throw new Error(`A file may have 10 MB; this one has ${megabytes(file.size)}. Send a smaller one; nothing was sent.`);
  }
  const bytes = new Uint8Array(await file.arrayBuffer());
  const kind = kindOf(bytes);
  switch (kind) {
    case "application/pdf":
      return {
        name: named(file.name, kind),
        media: kind,
        bytes,
        note: "Sent as it is, with whatever its maker wrote into it.",
      };
    case "svg":
      throw new Error("SVG pictures can carry programs, so they are not sent. Send a screenshot of it instead.");
    case "program":
      throw new Error("This is a program, whatever its name says. Only pictures and PDF can be sent.");
    case "unknown":
      throw new Error("Only pictures (JPEG, PNG, WebP, GIF) and PDF can be sent, and this is neither. Nothing was sent.");
    default:
      return redraw(file, kind);
  }
}

async function redraw(file: File, kind: Kind): Promise<Prepared> {
  let picture: ImageBitmap;
  try {
    picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    throw new Error("This picture is damaged and cannot be opened. Nothing was sent.");
  }
  const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const media = kind === "image/png" || kind === "image/gif" ? "image/png" : "image/jpeg";
  const drawn = await toBytes(canvas, media);
  const isTooLarge = drawn.length > MOST_BYTES;
  const bytes = isTooLarge ? await toBytes(canvas, "image/jpeg") : drawn;
  const made = isTooLarge ? "image/jpeg" : media;
  if (bytes.length > MOST_BYTES) throw new Error("This picture is too large even when made smaller. Nothing was sent.");
  return { name: named(file.name, made), media: made, bytes, note: "Remove location data: done." };
}

function toBytes(canvas: HTMLCanvasElement, media: string): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => {
        if (blob) void blob.arrayBuffer().then((buffer) => resolve(new Uint8Array(buffer)), reject);
        else reject(new Error("This picture cannot be drawn anew here. Nothing was sent."));
      },
      media,
      QUALITY,
    );
  });
}

/** What the bytes say a file is. */
export function kindOf(bytes: Uint8Array): Kind {
  const head = new TextDecoder("latin1").decode(bytes.slice(0, 1024));
  if (head.startsWith("\xFF\xD8\xFF")) return "image/jpeg";
  if (head.startsWith("\x89PNG\r\n\x1A\n")) return "image/png";
  if (head.startsWith("GIF87a") || head.startsWith("GIF89a")) return "image/gif";
  if (head.startsWith("RIFF") && head.slice(8, 12) === "WEBP") return "image/webp";
  if (head.startsWith("%PDF-")) return "application/pdf";
  if (head.startsWith("MZ") || head.startsWith("\x7FELF") || head.startsWith("#!") || head.startsWith("\xCA\xFE\xBA\xBE"))
    return "program";
  if (/<svg[\s>]/i.test(head)) return "svg";
  return "unknown";
}

/** The name without its folder, control characters and direction marks, ending as what it is. */
function named(name: string, media: string): string {
  const plain = name.replace(/^.*[/\\]/, "").replace(/[\p{C}\p{Zl}\p{Zp}]/gu, "");
  const stem = plain.replace(/\.[^.]*$/, "").slice(0, 80) || "file";
  return `${stem}.${MEDIA[media] ?? "bin"}`;
}

export function megabytes(size: number): string {
  return size < 1024 * 1024
    ? `${Math.max(1, Math.round(size / 1024))} KB`
    : `${(Math.ceil((size / (1024 * 1024)) * 10) / 10).toFixed(1)} MB`;
}
