// Moving a sealed file: chunks that did not arrive are sent again after a cut, and only those.

import { call, Refusal } from "../api/client";
import { fromHex, toBase64 } from "../chain/bytes";
import type { FileNote } from "./content";
import { openFile, type SealedFile } from "./file_seal";

const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 15_000;

interface Upload {
  name: string;
  missing: number[];
}

export interface UploadEvents {
  /** Share of the chunks that have arrived, 0 to 1; `isPaused` while the line is down. */
  onProgress(share: number, isPaused: boolean): void;
  isCancelled(): boolean;
}

export class Cancelled extends Error {}

const files = (code: string): string => `/trades/${encodeURIComponent(code)}/attachments`;

/** Send `sealed` and return its name on the server. Goes on by itself after a cut; throws what the server refuses. */
export async function upload(code: string, sealed: SealedFile, events: UploadEvents): Promise<string> {
  const begin = (): Promise<Upload> => call("POST", files(code), { size: sealed.size, hashes: sealed.hashes });
  let state = await persist(begin, events, 0);
  for (const index of [...state.missing]) {
    const data = sealed.chunks[index];
    if (!data) continue;
    const share = 1 - state.missing.length / sealed.chunks.length;
    events.onProgress(share, false);
    const { name } = state;
    const send = (): Promise<Upload> => call("PUT", `${files(code)}/${name}/chunks/${index}`, { data: toBase64(data) });
    state = await persist(send, events, share);
  }
  events.onProgress(1, false);
  return state.name;
}

async function persist(act: () => Promise<Upload>, events: UploadEvents, share: number): Promise<Upload> {
  for (let pause = FIRST_RETRY_MS; ; pause = Math.min(2 * pause, LAST_RETRY_MS)) {
    if (events.isCancelled()) throw new Cancelled();
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof Refusal) || !error.isPassing) throw error;
      events.onProgress(share, true);
      await new Promise((resolve) => window.setTimeout(resolve, pause));
    }
  }
}

/** Fetch, check and open a file that a message names. Throws with words. */
export async function download(code: string, note: FileNote, onProgress: (share: number) => void): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for (let index = 0; index < note.chunks; index += 1) {
    onProgress(index / note.chunks);
    chunks.push(await fetchChunk(`/api/v1${files(code)}/${note.attachment}/chunks/${index}`));
  }
  const bytes = openFile(chunks, fromHex(note.key), note.root);
  if (bytes.length !== note.size) throw new Error("This is not the file that was sent: its size differs.");
  return bytes;
}

async function fetchChunk(path: string): Promise<Uint8Array> {
  let response: Response;
  try {
    response = await fetch(path, { credentials: "same-origin", cache: "no-store" });
  } catch {
    throw new Error("This site cannot be reached just now. Try again in a moment.");
  }
  if (!response.ok) throw new Error("The site does not have this part of the file. Ask for it to be sent again.");
  return new Uint8Array(await response.arrayBuffer());
}
