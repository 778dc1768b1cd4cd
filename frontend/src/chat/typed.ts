// What wallets sign for the chat: its seed, and "this chat identity is mine". The Python twin is exchange/chat/keys.py.

import type { TypedData } from "../chain/eip712";

const PURPOSE = "Unlock my encrypted Parley chat. Sign this only on the site named here.";
const DOMAIN = { name: "Parley chat", version: "1" };
const DOMAIN_TYPE = [
  { name: "name", type: "string" },
  { name: "version", type: "string" },
];

/** What the wallet signs to bring the chat seed back; see `keys.deriveSeed`. */
export function seedTypedData(account: string, host: string): TypedData {
  return {
    types: {
      EIP712Domain: DOMAIN_TYPE,
      ChatSeed: [
        { name: "purpose", type: "string" },
        { name: "host", type: "string" },
        { name: "account", type: "address" },
      ],
    },
    primaryType: "ChatSeed",
    domain: DOMAIN,
    message: { purpose: PURPOSE, host, account },
  };
}

/** What the wallet signs once to say "this chat identity is mine"; `identityKey` is hex without prefix. */
export function identityTypedData(account: string, identityKey: string, host: string): TypedData {
  return {
    types: {
      EIP712Domain: DOMAIN_TYPE,
      ChatIdentity: [
        { name: "account", type: "address" },
        { name: "identityKey", type: "bytes32" },
        { name: "host", type: "string" },
      ],
    },
    primaryType: "ChatIdentity",
    domain: DOMAIN,
    message: { account, identityKey: `0x${identityKey}`, host },
  };
}
