// A panel judges together: the arbiter of the case seals its secret to the colleagues who are asked to sign the ruling.
// It opens this case and no other. Boxes are to the X25519 form of a colleague's chat identity (RFC 7748, section 4.1).

import { keccak_256 } from "@noble/hashes/sha3.js";
import { call } from "../api/client";
import { readTrade } from "../api/trades";
import { toHex, utf8 } from "../chain/bytes";
import type { PublishedKey } from "../chat/api";
import { checkBinding } from "../chat/binding";
import { publicHalf } from "../chat/keys";
import { askOwnNode } from "../page/events";
import { facts } from "../page/facts";
import { checkIdentity } from "../wallet/agreed";
import { checkCaseKey, sealTo, unsealWith, type Keyring } from "./keyring";
import { readerKeyOf, readerSecretOf } from "./sealedbox";

interface Colleague {
  account: string;
  name: string;
  identity_key: string;
  wallet_signature: string;
  has_key: boolean;
}

interface SharedKey {
  arbiter_key: PublishedKey | null;
  sealed: string;
}

const path = (code: string): string => `/arbiter/cases/${encodeURIComponent(code)}`;
const WORD = 64;

/** Seal the secret of the case to those who lack it; returns their names. Nobody without a part of the panel gets it. */
export async function shareWithColleagues(code: string, tradeId: string, keyring: Keyring): Promise<string[]> {
  const { items } = await call<{ items: Colleague[] }>("GET", `${path(code)}/colleagues`);
  const waiting = items.filter((one) => !one.has_key);
  if (waiting.length === 0) return [];
  const { id, terms } = checkIdentity(await readTrade(code));
  // The secret is derived from this id: terms of another trade could not name its panel.
  if (id !== tradeId) throw new Error("The terms shown are not those of this case. Nothing was shared.");
  const owners = await ownersOf(String(terms.arbiter));
  if (!owners) {
    const names = waiting.map((one) => one.name).join(" and ");
    throw new Error(`${names} cannot read the messages yet. Connect your wallet and load this page again: its node has to confirm the panel.`);
  }
  const named: string[] = [];
  for (const one of waiting) {
    checkColleague(one, owners);
    const sealed = sealTo(readerKeyOf(one.identity_key), keyring.secret);
    await call("PUT", `${path(code)}/colleagues/${one.account}`, { identity_key: one.identity_key, sealed });
    named.push(one.name);
  }
  return named;
}

/** The keys of the case as its arbiter shared them. Throws with words where that has not happened. */
export async function keyringOfColleague(code: string, tradeId: string, mine: Keyring): Promise<Keyring> {
  const { arbiter_key: key, sealed } = await call<SharedKey>("GET", `${path(code)}/key`);
  if (!key || !sealed) {
    throw new Error("The arbiter of this case has not shared its key with you yet. That happens when they open the case next; ask them to.");
  }
  checkCaseKey(key, { tradeId, arbiter: key.account });
  const secret = opened(sealed, mine);
  const publicKey = secret ? toHex(publicHalf(secret)) : "";
  if (!secret || publicKey !== key.public_key) {
    throw new Error("What was shared with you is not the key of this case. Tell its arbiter.");
  }
  return { ...mine, secret, publicKey };
}

/** The secret in a box of ours, null when it is sealed to somebody else or altered. */
function opened(sealed: string, mine: Keyring): Uint8Array | null {
  try {
    return unsealWith(readerSecretOf(mine.identity.secret), sealed);
  } catch {
    return null;
  }
}

/** A server that invents a colleague gets nothing: wallet and chain both have to vouch for the reader. */
function checkColleague(one: Colleague, owners: Set<string>): void {
  const claim = { account: one.account, identityKey: one.identity_key, host: facts().host, signature: one.wallet_signature };
  if (!owners.has(one.account.toLowerCase()) || checkBinding(claim) !== "bound") {
    throw new Error(`The chain does not confirm that ${one.name} sits on this panel. Nothing was shared.`);
  }
}

/** The owners of a Safe as the wallet's own node knows them (`getOwners()`); null where no wallet is connected. */
async function ownersOf(panel: string): Promise<Set<string> | null> {
  const data = `0x${toHex(keccak_256(utf8("getOwners()")).slice(0, 4))}`;
  const answer = await askOwnNode(panel, data);
  if (answer === null) return null;
  const words = answer.slice(2).match(new RegExp(`.{${WORD}}`, "g")) ?? [];
  const count = Number(BigInt(`0x${words[1] ?? "0"}`));
  return new Set(words.slice(2, 2 + count).map((word) => `0x${word.slice(24)}`));
}
