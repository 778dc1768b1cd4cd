// Who made a 65-byte signature over a hash, without asking anyone.

import { secp256k1 } from "@noble/curves/secp256k1.js";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { fromHex, join, toHex } from "../chain/bytes";

/** The signer's address, lower case. Throws on anything that is no signature. */
export function signerOf(hash: Uint8Array, signature: string): string {
  const bytes = fromHex(signature);
  if (bytes.length !== 65) throw new TypeError("A signature has 65 bytes.");
  const recovered = join(Uint8Array.of((bytes[64] ?? 0) - 27), bytes.slice(0, 64));
  const key = secp256k1.Point.fromBytes(secp256k1.recoverPublicKey(recovered, hash, { prehash: false }));
  return `0x${toHex(keccak_256(key.toBytes(false).slice(1)).slice(12))}`;
}
