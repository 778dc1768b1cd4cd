// Argon2id, fetched only by those whose wallet needs a passphrase.

import "../page/base";
import "../chain/base";

export { argon2idAsync } from "@noble/hashes/argon2.js";
