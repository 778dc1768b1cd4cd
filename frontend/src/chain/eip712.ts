// EIP-712: the digest of any typed data object, so that the browser can check what a wallet is asked to sign.

import { keccak_256 } from "@noble/hashes/sha3.js";
import { fromHex, join, toHex, utf8, word } from "./bytes";

export interface Field {
  name: string;
  type: string;
}

/** The object that `eth_signTypedData_v4` takes. Integers may be numbers or decimal strings. */
export interface TypedData {
  types: Record<string, Field[]>;
  primaryType: string;
  domain: Record<string, unknown>;
  message: Record<string, unknown>;
}

type Types = TypedData["types"];

/** The 32 bytes that are signed, as 0x-hex. Throws `TypeError` when a value does not fit its type. */
export function digest(data: TypedData): string {
  const domain = structHash("EIP712Domain", data.domain, data.types);
  const message = structHash(data.primaryType, data.message, data.types);
  return `0x${toHex(keccak_256(join(Uint8Array.of(0x19, 0x01), domain, message)))}`;
}

export function structHash(name: string, value: Record<string, unknown>, types: Types): Uint8Array {
  const fields = fieldsOf(name, types);
  const words = fields.map((field) => encode(field.type, value[field.name], types));
  return keccak_256(join(keccak_256(utf8(encodeType(name, types))), ...words));
}

/** `Name(type field,…)` followed by the struct types it uses, in alphabetical order. */
export function encodeType(name: string, types: Types): string {
  const used = new Set<string>();
  const collect = (type: string): void => {
    const base = type.replace(/\[.*$/, "");
    if (used.has(base) || !(base in types)) return;
    used.add(base);
    for (const field of fieldsOf(base, types)) collect(field.type);
  };
  collect(name);
  used.delete(name);
  return [name, ...[...used].sort()]
    .map(
      (each) =>
        `${each}(${fieldsOf(each, types)
          .map((field) => `${field.type} ${field.name}`)
          .join(",")})`,
    )
    .join("");
}

function fieldsOf(name: string, types: Types): Field[] {
  const fields = types[name];
  if (!fields) throw new TypeError(`The typed data does not say what ${name} is.`);
  return fields;
}

function encode(type: string, value: unknown, types: Types): Uint8Array {
  const list = /^(.*)\[(\d*)\]$/.exec(type);
  if (list) {
    const [, inner = "", count = ""] = list;
    if (!Array.isArray(value) || (count !== "" && value.length !== Number(count))) throw unfit(type);
    return keccak_256(join(...value.map((item) => encode(inner, item, types))));
  }
  if (type in types) {
    if (typeof value !== "object" || value === null) throw unfit(type);
    return structHash(type, value as Record<string, unknown>, types);
  }
  if (type === "string") {
    if (typeof value !== "string") throw unfit(type);
    return keccak_256(utf8(value));
  }
  if (type === "bytes") return keccak_256(bytesOf(value, type));
  if (type === "bool") {
    if (typeof value !== "boolean") throw unfit(type);
    return word(value ? 1n : 0n);
  }
  if (type === "address") return word(BigInt(`0x${toHex(bytesOf(value, type, 20))}`));
  const sized = /^bytes(\d+)$/.exec(type);
  if (sized) return join(bytesOf(value, type, Number(sized[1])), new Uint8Array(32 - Number(sized[1])));
  const whole = /^(u?)int(\d+)$/.exec(type);
  if (whole) return word(integer(value, type, whole[1] === "u", Number(whole[2])));
  throw unfit(type);
}

function bytesOf(value: unknown, type: string, length?: number): Uint8Array {
  if (typeof value !== "string" || !value.startsWith("0x")) throw unfit(type);
  const bytes = fromHex(value);
  if (length !== undefined && bytes.length !== length) throw unfit(type);
  return bytes;
}

/** Read an integer from a bigint, a safe number or a decimal string, and check its range. */
export function integer(value: unknown, type: string, isUnsigned = true, bits = 256): bigint {
  const isWritten = typeof value === "string" && /^-?\d{1,78}$/.test(value);
  if (typeof value !== "bigint" && !Number.isSafeInteger(value) && !isWritten) throw unfit(type);
  const number = BigInt(value as bigint | number | string);
  const least = isUnsigned ? 0n : -(1n << BigInt(bits - 1));
  const most = isUnsigned ? (1n << BigInt(bits)) - 1n : (1n << BigInt(bits - 1)) - 1n;
  if (number < least || number > most) throw unfit(type);
  return number;
}

function unfit(type: string): TypeError {
  return new TypeError(`A value of the typed data is no ${type}.`);
}
