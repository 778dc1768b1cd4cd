// Whose key is whose: finds the other side's published key, checks both signatures on it, remembers it.

import { readTrade } from "../api/trades";
import { fromHex, toHex } from "../chain/bytes";
import { Mismatch } from "../chain/terms";
import { facts, sameAddress } from "../page/facts";
import { checkIdentity } from "../wallet/agreed";
import { publishKey, readKeys, type PublishedKey } from "./api";
import type { Binding } from "./binding";
import { deriveRoot, deriveTradeSecret, isTradeKeySigned, publicHalf, signTradeKey, type Identity } from "./keys";

export interface Peer {
  address: string;
  identityKey: string;
  /** Another identity than in an earlier trade with this person. */
  isNew: boolean;
  /** The wallet is a contract: only a node can check its signature, and only the server did. */
  isUnproven: boolean;
}

export interface Meeting {
  root: Uint8Array;
  peer: Peer;
}

/** Somebody stands between the two: the other side is not who the terms name, or the key is not theirs. */
export class ForgedKey extends Error {
  constructor(what: string) {
    super(`${what} Write nothing here and do not pay.`);
    this.name = "ForgedKey";
  }
}

/** Publish my key for the trade if needed and meet the other side; null while they have not opened the chat. */
export async function meet(
  trade: { code: string; id: string; peer: string },
  seed: Uint8Array,
  identity: Identity,
): Promise<Meeting | null> {
  const secret = deriveTradeSecret(seed, trade.id);
  const publicKey = toHex(publicHalf(secret));
  const { account } = facts();
  let keys = await readKeys(trade.code);
  const mine = keys.find((key) => sameAddress(key.account, account));
  if (mine?.public_key !== publicKey) {
    await publishKey(trade.code, publicKey, signTradeKey(identity, publicKey, trade.id));
    keys = await readKeys(trade.code);
  }
  const theirs = keys.find((key) => sameAddress(key.account, trade.peer));
  if (!theirs) return null;
  await checkParties(trade);
  const peer = await checkPeer(theirs, trade);
  return { peer, root: deriveRoot(secret, fromHex(theirs.public_key), trade.id) };
}

/** The people of this chat must be those of the terms, and the terms those this browser agreed to. */
async function checkParties(trade: { code: string; id: string; peer: string }): Promise<void> {
  const { seller, buyer } = await termsOf(trade);
  const { account } = facts();
  const isRight =
    (sameAddress(seller, trade.peer) && sameAddress(buyer, account)) ||
    (sameAddress(buyer, trade.peer) && sameAddress(seller, account));
  if (!isRight) throw new ForgedKey("The other side here is not the one your terms name.");
}

async function termsOf(trade: { code: string; id: string }): Promise<{ seller: string; buyer: string }> {
  try {
    const { id, terms } = checkIdentity(await readTrade(trade.code));
    if (id !== trade.id) throw new Mismatch("trade id");
    return { seller: String(terms.seller), buyer: String(terms.buyer) };
  } catch (error) {
    if (!(error instanceof Mismatch)) throw error;
    throw new ForgedKey("This is not the trade whose terms you agreed to.");
  }
}

async function checkPeer(key: PublishedKey, trade: { id: string; peer: string }): Promise<Peer> {
  const store = `parley:${facts().account.toLowerCase()}:peer:${trade.peer.toLowerCase()}`;
  const known = recall(store);
  // This browser has checked this very key before: the wallet's signature need not be recovered again.
  const isKnown = known?.key === key.identity_key && known.host === facts().host;
  const binding = isKnown ? known.binding : await checkClaim(key, trade.peer);
  const isSigned = isTradeKeySigned(
    { publicKey: key.public_key, signature: key.signature },
    key.identity_key,
    trade.id,
  );
  if (binding === "forged" || !isSigned)
    throw new ForgedKey("The key shown for the other side is not confirmed by their wallet.");
  localStorage.setItem(store, JSON.stringify({ key: key.identity_key, host: facts().host, binding }));
  return {
    address: trade.peer,
    identityKey: key.identity_key,
    isNew: known !== null && known.key !== key.identity_key,
    isUnproven: binding === "contract",
  };
}

async function checkClaim(key: PublishedKey, account: string): Promise<Binding> {
  const { checkBinding } = await import("./binding");
  return checkBinding({
    account,
    identityKey: key.identity_key,
    host: facts().host,
    signature: key.wallet_signature,
  });
}

/** What this browser knows of a person; an earlier version kept the bare key. */
function recall(store: string): { key: string; host: string; binding: Binding } | null {
  const kept = localStorage.getItem(store);
  if (!kept) return null;
  try {
    return JSON.parse(kept) as { key: string; host: string; binding: Binding };
  } catch {
    return { key: kept, host: "", binding: "forged" };
  }
}
