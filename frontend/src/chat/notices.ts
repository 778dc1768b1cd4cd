// Quiet notices under a message that tries to lead money or the talk elsewhere. They inform; nothing is blocked.

export interface Notice {
  kind: "link" | "account" | "phone" | "messenger";
  text: string;
}

const LINK =
  /\b(?:https?:\/\/|www\.)\S+|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|net|org|io|me|ru|app|xyz|info|link|top|site)\b(?:\/\S*)?/i;
const IBAN = /\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,4})?\b/i;
// Cards and national account numbers: long groups of digits, or digits that are called an account.
const NUMBERS = /\b\d{4}[ -]?\d{4}[ -]?\d{4}[ -]?\d{1,7}\b|\b(?:account|acct|konto|cuenta|sort code|routing|clabe|cbu|pix)\b[^\n]{0,24}?\d{6,}/i;
const PHONE = /(?:\+|\b00)\d[\d ()/-]{7,16}\d\b/;
const MESSENGER = /\b(?:telegram|whats\s?app|signal|viber|wechat|discord|skype|t\.me|wa\.me)\b|(?:^|\s)@[a-z0-9_]{4,}|\b[\w.+-]+@[\w-]+\.[a-z]{2,}\b/i;

const WORDS: Readonly<Record<Notice["kind"], string>> = {
  link: "This message contains a link. It is shown as text: open it only if you know where it leads.",
  account:
    "Account numbers sent only in chat are not covered. Pay to the payment details on this page and nowhere else.",
  phone: "This message contains a phone number. What is agreed elsewhere cannot be seen by the arbiter.",
  messenger: "This message points to a messenger or mailbox. Stay here: what is agreed elsewhere cannot be seen by the arbiter.",
};

/** What deserves a notice in `text`, each kind once. */
export function noticesFor(text: string): Notice[] {
  const kinds: Notice["kind"][] = [];
  const isIban = IBAN.test(text) && /\d{6,}/.test(text.replace(/[ -]/g, ""));
  if (isIban || NUMBERS.test(text)) kinds.push("account");
  else if (PHONE.test(text)) kinds.push("phone");
  if (MESSENGER.test(text)) kinds.push("messenger");
  else if (LINK.test(text)) kinds.push("link");
  return kinds.map((kind) => ({ kind, text: WORDS[kind] }));
}
