// Evidence files: made harmless and encrypted in the browser, uploaded in pieces, opened by those they are sealed to.

import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { fromBase64, join, toBase64, toHex, utf8 } from "../chain/bytes";
import { announceFile, putChunk, readChunk, type EvidenceFile } from "./api";
import { sealTo, unsealWith } from "./keyring";

const NONCE = 24;
const CHUNK = 256 * 1024;
export const MOST_BYTES = 10 * 1024 * 1024 - 1024;
const KINDS: Readonly<Record<string, string>> = {
  "image/jpeg": "image/jpeg",
  "image/png": "image/png",
  "image/webp": "image/png",
  "application/pdf": "application/pdf",
};

export interface OpenFile {
  name: string;
  type: string;
  sha256: string;
  bytes: Uint8Array<ArrayBuffer>;
}

/** The file without what a camera writes into it; PDFs as they are. Throws for anything else. */
export async function harmless(file: File): Promise<{ bytes: Uint8Array; type: string; isStripped: boolean }> {
  const type = KINDS[file.type];
  if (!type) throw new Error("Only JPEG, PNG, WebP and PDF files can be shown. Nothing was sent.");
  if (file.size > MOST_BYTES) throw new Error("This file is larger than 10 MB. Nothing was sent.");
  if (type === "application/pdf") {
    const bytes = new Uint8Array(await file.arrayBuffer());
    if (new TextDecoder().decode(bytes.slice(0, 5)) !== "%PDF-") throw new Error("This is not a PDF. Nothing was sent.");
    return { bytes, type, isStripped: false };
  }
  const picture = await createImageBitmap(file).catch(() => null);
  if (!picture) throw new Error("This picture cannot be read. Nothing was sent.");
  const canvas = document.createElement("canvas");
  canvas.width = picture.width;
  canvas.height = picture.height;
  canvas.getContext("2d")?.drawImage(picture, 0, 0);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, type, 0.92));
  if (!blob) throw new Error("This picture cannot be read. Nothing was sent.");
  return { bytes: new Uint8Array(await blob.arrayBuffer()), type, isStripped: true };
}

/** Encrypt for these readers (public keys, hex) and send, going on where an earlier try was cut. */
export async function upload(
  code: string,
  { file, note, readers, secret }: { file: File; note: string; readers: string[]; secret: Uint8Array },
  onProgress: (sent: number, all: number) => void,
): Promise<{ file: EvidenceFile; isStripped: boolean }> {
  const { bytes, type, isStripped } = await harmless(file);
  // Secret and content make the key, so that a cut upload goes on: the same file gives the same ciphertext.
  const key = hmac(sha256, secret, join(utf8("parley/evidence/v1/key:"), sha256(bytes)));
  const nonce = sha256(join(utf8("parley/evidence/v1/nonce"), key)).slice(0, NONCE);
  const whole = join(nonce, xchacha20poly1305(key, nonce, utf8("parley/evidence/v1/file")).encrypt(bytes));
  const facts = { name: file.name.slice(0, 120), type, size: bytes.length, sha256: toHex(sha256(bytes)) };
  const announced = await announceFile(code, {
    note,
    manifest: sealManifest(facts, key),
    size: whole.length,
    digest: toHex(sha256(whole)),
    sealed: Object.fromEntries(readers.map((reader) => [reader, sealTo(reader, key)])),
  });
  let done = announced;
  let sent = announced.chunks - announced.missing.length;
  onProgress(sent, announced.chunks);
  for (const n of announced.missing) {
    done = await putChunk(code, announced.id, n, toBase64(whole.slice(n * CHUNK, (n + 1) * CHUNK)));
    sent += 1;
    onProgress(sent, announced.chunks);
  }
  return { file: done, isStripped };
}

/** The file, if it is sealed to `publicKey`. Throws when it is not what was announced. */
export async function openFile(
  code: string,
  file: EvidenceFile,
  reader: { publicKey: string; secret: Uint8Array },
): Promise<OpenFile> {
  const key = fileKey(file, reader);
  if (!key) throw new Error("This file was not sealed to you. Ask whoever added it to open this page once.");
  const parts: Uint8Array[] = [];
  for (let n = 0; n < file.chunks; n += 1) parts.push(fromBase64(await readChunk(code, file.id, n)));
  const whole = join(...parts);
  if (toHex(sha256(whole)) !== file.digest) throw new Error("What the server gave is not the file that was added.");
  const bytes = xchacha20poly1305(key, whole.slice(0, NONCE), utf8("parley/evidence/v1/file")).decrypt(
    whole.slice(NONCE),
  );
  const { name, type, sha256: hash } = openManifest(file.manifest, key);
  if (toHex(sha256(bytes)) !== hash) throw new Error("The file is not the one its owner described.");
  return { name, type, sha256: hash, bytes: Uint8Array.from(bytes) };
}

export function fileKey(file: EvidenceFile, reader: { publicKey: string; secret: Uint8Array }): Uint8Array | null {
  const sealed = file.sealed[reader.publicKey];
  try {
    return sealed ? unsealWith(reader.secret, sealed) : null;
  } catch {
    return null;
  }
}

interface Manifest {
  name: string;
  type: string;
  size: number;
  sha256: string;
}

function sealManifest(facts: Manifest, key: Uint8Array): string {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE));
  const box = xchacha20poly1305(key, nonce, utf8("parley/evidence/v1/manifest")).encrypt(utf8(JSON.stringify(facts)));
  return toBase64(join(nonce, box));
}

function openManifest(manifest: string, key: Uint8Array): Manifest {
  const bytes = fromBase64(manifest);
  const cipher = xchacha20poly1305(key, bytes.slice(0, NONCE), utf8("parley/evidence/v1/manifest"));
  return JSON.parse(new TextDecoder().decode(cipher.decrypt(bytes.slice(NONCE)))) as Manifest;
}
