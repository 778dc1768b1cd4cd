// The keys a person of a case works with: the chat seed of this device, the secret for this trade, the arbiter's key.

import { fromBase64, fromHex, toBase64, toHex } from "../chain/bytes";
import { facts, sameAddress } from "../page/facts";
import { checkBinding } from "../chat/binding";
import { deriveIdentity, deriveTradeSecret, isTradeKeySigned, publicHalf, type Identity } from "../chat/keys";
import { knownSeed, unlock } from "../chat/unlock";
import { vault } from "../chat/vault";
import type { PublishedKey } from "../chat/api";
import { seal, unseal } from "./sealedbox";

export interface Keyring {
  seed: Uint8Array;
  identity: Identity;
  secret: Uint8Array;
  /** Hex: how sealed things name this reader. */
  publicKey: string;
}

/** The keys if they are on this device; null without asking the wallet. */
export async function keyringAtHand(tradeId: string): Promise<Keyring | null> {
  const seed = await knownSeed(vault);
  return seed ? keyringOf(seed, tradeId) : null;
}

/** The keys, by the wallet's signature where this device has none. Throws with words. */
export async function openKeyring(tradeId: string, tell: (text: string) => void): Promise<Keyring> {
  return (await keyringAtHand(tradeId)) ?? keyringOf(await unlock(vault, tell), tradeId);
}

function keyringOf(seed: Uint8Array, tradeId: string): Keyring {
  const secret = deriveTradeSecret(seed, tradeId.toLowerCase());
  return { seed, identity: deriveIdentity(seed), secret, publicKey: toHex(publicHalf(secret)) };
}

/** Whether the arbiter's key is vouched for by identity and wallet. `isNamed`: the wallet is the one the terms name. */
export function checkCaseKey(
  key: PublishedKey,
  { tradeId, arbiter }: { tradeId: string; arbiter: string },
): { isNamed: boolean } {
  const claim = {
    account: key.account,
    identityKey: key.identity_key,
    host: facts().host,
    signature: key.wallet_signature,
  };
  const isSigned = isTradeKeySigned(
    { publicKey: key.public_key, signature: key.signature },
    key.identity_key,
    tradeId.toLowerCase(),
  );
  if (checkBinding(claim) === "forged" || !isSigned) {
    throw new Error("The key shown for the arbiter is not confirmed by the arbiter's wallet. Nothing was handed over.");
  }
  return { isNamed: sameAddress(key.account, arbiter) };
}

export function sealTo(publicKey: string, bytes: Uint8Array): string {
  return toBase64(seal(bytes, fromHex(publicKey)));
}

export function unsealWith(secret: Uint8Array, sealed: string): Uint8Array {
  return unseal(fromBase64(sealed), secret);
}
