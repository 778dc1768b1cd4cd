// What a message can say: a text, or a file that lies encrypted on the server. Anything else is not shown.

import { Unreadable } from "./protocol";

/** A sent file: where its ciphertext lies, its key, and what it must add up to. */
export interface FileNote {
  name: string;
  media: string;
  /** Bytes of the file itself. */
  size: number;
  attachment: string;
  chunks: number;
  /** Merkle root of the encrypted chunks' hashes, hex. */
  root: string;
  /** Hex. */
  key: string;
}

export interface Said {
  text: string;
  file?: FileNote;
}

/** Pictures the browser can draw, and PDF, which is only ever saved. */
export const MEDIA: Readonly<Record<string, string>> = {
  "image/jpeg": "jpg",
  "image/png": "png",
  "application/pdf": "pdf",
};
const MOST_CHUNKS = 40;

export function contentOf({ text, file }: Said): object {
  const whole = text.replace(/[\uD800-\uDFFF]/gu, "\uFFFD");
  return file ? { type: "file", ...file } : { type: "text", text: whole };
}

export function readContent(content: Record<string, unknown>): Said {
  if (content.type === "text" && typeof content.text === "string") return { text: content.text };
  if (content.type === "file") {
    const { name, media, size, attachment, chunks, root, key } = content;
    const isFile =
      typeof name === "string" &&
      typeof media === "string" &&
      media in MEDIA &&
      isCount(size, 10 * 1024 * 1024) &&
      typeof attachment === "string" &&
      /^[\w-]{1,32}$/.test(attachment) &&
      isCount(chunks, MOST_CHUNKS) &&
      isKey(root) &&
      isKey(key);
    if (isFile) return { text: "", file: { name: name.slice(0, 120), media, size, attachment, chunks, root, key } };
  }
  throw new Unreadable("It holds something this version cannot show.");
}

function isCount(value: unknown, most: number): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0 && (value as number) <= most;
}

function isKey(value: unknown): value is string {
  return typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
}
