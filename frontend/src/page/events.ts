// Words between the bundles of one page. They are separate files, so they talk by events on the document.

import type { TypedData } from "../chain/eip712";

/** A frame of the live socket, as the server sent it. */
export interface Frame {
  t: string;
  [field: string]: unknown;
}

/** Hear frames of one kind. */
export function onFrame(kind: string, run: (frame: Frame) => void): void {
  document.addEventListener(`parley:frame:${kind}`, (event) => run((event as CustomEvent<Frame>).detail));
}

export function announceFrame(frame: Frame): void {
  document.dispatchEvent(new CustomEvent(`parley:frame:${frame.t}`, { detail: frame }));
}

/** Hear that the socket came up (true) or went down (false). */
export function onConnection(run: (isUp: boolean) => void): void {
  document.addEventListener("parley:connection", (event) => run((event as CustomEvent<boolean>).detail));
}

export function announceConnection(isUp: boolean): void {
  document.dispatchEvent(new CustomEvent("parley:connection", { detail: isUp }));
}

interface Outgoing {
  frame: Frame;
  isSent: boolean;
}

/** Send a frame over the tab's socket. False: there is none just now, use HTTP. */
export function sendFrame(frame: Frame): boolean {
  const outgoing: Outgoing = { frame, isSent: false };
  document.dispatchEvent(new CustomEvent("parley:send", { detail: outgoing }));
  return outgoing.isSent;
}

export function onSend(send: (frame: Frame) => boolean): void {
  document.addEventListener("parley:send", (event) => {
    const outgoing = (event as CustomEvent<Outgoing>).detail;
    outgoing.isSent = send(outgoing.frame);
  });
}

interface SignRequest {
  data: TypedData;
  answer?: Promise<string>;
}

/** Have the wallet of the signed-in account sign typed data; rejects with a `Problem` in words. */
export function requestSignature(data: TypedData): Promise<string> {
  const request: SignRequest = { data };
  document.dispatchEvent(new CustomEvent("parley:sign", { detail: request }));
  return request.answer ?? Promise.reject(new Error("Wallet functions are still loading. Try again in a moment."));
}

export function onSignRequest(sign: (data: TypedData) => Promise<string>): void {
  document.addEventListener("parley:sign", (event) => {
    const request = (event as CustomEvent<SignRequest>).detail;
    request.answer = sign(request.data);
  });
}

interface ChainQuestion {
  to: string;
  data: string;
  answer?: Promise<string | null>;
}

/** Ask the reader's own node what a contract answers (hex), without opening a wallet; null where none is connected. */
export function askOwnNode(to: string, data: string): Promise<string | null> {
  const question: ChainQuestion = { to, data };
  document.dispatchEvent(new CustomEvent("parley:ask-node", { detail: question }));
  return question.answer ?? Promise.resolve(null);
}

export function onNodeQuestion(read: (to: string, data: string) => Promise<string | null>): void {
  document.addEventListener("parley:ask-node", (event) => {
    const question = (event as CustomEvent<ChainQuestion>).detail;
    question.answer = read(question.to, question.data);
  });
}
