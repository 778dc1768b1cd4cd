// The wallet vouches for the chat identity: without this check the server could sit between two traders unseen.
// Loaded for people met for the first time only: recovering a wallet from its signature is the heaviest part of chat.

import "../page/base";
import "../chain/base";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { fromHex, join, toHex } from "../chain/bytes";
import { digest } from "../chain/eip712";
import { signatureBytes } from "./protocol";
import { identityTypedData } from "./typed";

export type Binding = "bound" | "contract" | "forged";

/**
 * Whether `account` vouches for `identityKey` on `host`. A signature that is not 65 bytes belongs to a contract wallet
 * (ERC-1271), which only a node can check: the server did, this browser cannot.
 */
export function checkBinding(claim: {
  account: string;
  identityKey: string;
  host: string;
  signature: string;
}): Binding {
  try {
    const signature = signatureBytes(claim.signature);
    if (signature.length !== 65) return "contract";
    const hash = fromHex(digest(identityTypedData(claim.account, claim.identityKey, claim.host)));
    const recovered = join(Uint8Array.of((signature[64] ?? 0) - 27), signature.slice(0, 64));
    const key = secp256k1.Point.fromBytes(secp256k1.recoverPublicKey(recovered, hash, { prehash: false }));
    const address = toHex(keccak_256(key.toBytes(false).slice(1)).slice(12));
    return `0x${address}` === claim.account.toLowerCase() ? "bound" : "forged";
  } catch {
    return "forged";
  }
}
