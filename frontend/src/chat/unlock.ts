// Opening the chat on this device: the wallet's signature brings the seed back; a passphrase where wallets cannot.

import { facts } from "../page/facts";
import { requestSignature } from "../page/events";
import { readIdentity, saveIdentity, type StoredIdentity } from "./api";
import { openSeed, sealSeed } from "./backup";
import { askPassphrase } from "./passphrase";
import { deriveIdentity, deriveSeed } from "./keys";
import { signatureBytes } from "./protocol";
import { identityTypedData, seedTypedData } from "./typed";
import type { Vault } from "./vault";

/** The seed if it is on this device and still the one the server knows the identity of. */
export async function knownSeed(vault: Vault): Promise<Uint8Array | null> {
  const { account, host } = facts();
  const seed = await vault.recall(account, host);
  if (!seed) return null;
  const stored = await readIdentity();
  return stored?.public_key === deriveIdentity(seed).publicKey ? seed : null;
}

/** Bring the seed to this device; enrols at the first time. `tell` says what happens next. Throws with words. */
export async function unlock(vault: Vault, tell: (text: string) => void): Promise<Uint8Array> {
  const { account, host } = facts();
  const stored = await readIdentity();
  const seed = stored ? await comeBack(stored, tell) : await enrol(tell);
  await vault.keep(account, host, seed);
  return seed;
}

async function signSeed(): Promise<Uint8Array> {
  const { account, host } = facts();
  const signature = await requestSignature(seedTypedData(account, host));
  return deriveSeed(signatureBytes(signature), account, host);
}

/** A new device, or a forgotten one. */
async function comeBack(stored: StoredIdentity, tell: (text: string) => void): Promise<Uint8Array> {
  if (stored.backup) {
    for (let problem = ""; ;) {
      const passphrase = await askPassphrase("open", problem);
      tell("Opening the backup. This takes some seconds.");
      const seed = await openSeed(stored.backup, passphrase).catch((error: Error) => error);
      if (!(seed instanceof Error)) return seed;
      problem = seed.message;
    }
  }
  tell("Confirm in your wallet: one free signature.");
  const seed = await signSeed();
  if (deriveIdentity(seed).publicKey !== stored.public_key) {
    throw new Error(
      "This wallet signed differently than when the chat was set up, so its messages cannot be opened here. Use the device and wallet you set it up with.",
    );
  }
  return seed;
}

/** The first time: sign twice and compare, because only a wallet that repeats itself can bring the seed back. */
async function enrol(tell: (text: string) => void): Promise<Uint8Array> {
  tell("Confirm in your wallet: signature 1 of 3, free. It makes your chat key.");
  let seed = await signSeed();
  tell("Signature 2 of 3: the same text again, to be sure that your wallet repeats itself.");
  const again = await signSeed();
  let backup: string | undefined;
  if (!isEqual(seed, again)) {
    const passphrase = await askPassphrase("make");
    tell("Making the backup. This takes some seconds.");
    seed = crypto.getRandomValues(new Uint8Array(32));
    backup = await sealSeed(seed, passphrase);
  }
  const { publicKey } = deriveIdentity(seed);
  const { account, host } = facts();
  tell("Signature 3 of 3: your wallet vouches for your chat key.");
  const signature = await requestSignature(identityTypedData(account, publicKey, host));
  await saveIdentity({ public_key: publicKey, wallet_signature: signature, ...(backup ? { backup } : {}) });
  return seed;
}

function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}
