// Finding the wallet that holds the signed-in account; asking which one only when it is not clear.

import { make } from "../page/dom";
import { facts, sameAddress } from "../page/facts";
import { openSheet, sheetButton } from "../page/sheet";
import { settledWallets } from "./discovery";
import { declined, noWallet, wrongAccount } from "./problems";
import { connect, shownAccounts, type Wallet } from "./provider";

function keyOf(account: string): string {
  return `parley:${account.toLowerCase()}:wallet`;
}

/** Remember which wallet `account` signed in with. */
export function rememberWallet(account: string, wallet: Wallet): void {
  localStorage.setItem(keyOf(account), wallet.id);
}

function remembered(wallets: Wallet[], account: string): Wallet | undefined {
  const id = localStorage.getItem(keyOf(account));
  return wallets.find((wallet) => wallet.id === id);
}

/** The wallet that already shows the signed-in account, without opening any; null when there is none. */
export async function quietWallet(): Promise<Wallet | null> {
  const { account } = facts();
  const wallets = await settledWallets();
  const first = remembered(wallets, account);
  for (const wallet of first ? [first, ...wallets] : wallets) {
    const accounts = await shownAccounts(wallet).catch(() => []);
    if (accounts.some((shown) => sameAddress(shown, account))) return wallet;
  }
  return null;
}

/** The wallet of the signed-in account, connected. Throws `Problem` (wrong account, declined, none found). */
export async function walletOfAccount(): Promise<Wallet> {
  const { account } = facts();
  const wallets = await settledWallets();
  const known = remembered(wallets, account);
  const wallet = known ?? (await quietWallet()) ?? (await chooseWallet(wallets));
  const accounts = await shownAccounts(wallet);
  const shown = accounts.find((each) => sameAddress(each, account)) ?? accounts[0] ?? (await connect(wallet));
  if (!sameAddress(shown, account)) throw wrongAccount(shown);
  rememberWallet(account, wallet);
  return wallet;
}

/** Ask the reader which wallet to use. */
async function chooseWallet(wallets: Wallet[]): Promise<Wallet> {
  const [only] = wallets;
  if (!only) throw noWallet();
  if (wallets.length === 1) return only;
  return new Promise((resolve, reject) => {
    const list = make("ul", { class: "wallets", role: "list" });
    const back = sheetButton("Go back");
    let chosen: Wallet | undefined;
    const dialog = openSheet({ name: "wallets", title: "Which wallet?", body: [list], actions: [back] }, () => {
      if (chosen) resolve(chosen);
      else reject(declined());
    });
    for (const wallet of wallets) {
      const button = walletButton(wallet);
      button.addEventListener("click", () => {
        chosen = wallet;
        dialog.close();
      });
      list.append(make("li", {}, button));
    }
    back.addEventListener("click", () => dialog.close());
  });
}

/** A button with a wallet's icon and name. */
export function walletButton(wallet: Wallet): HTMLButtonElement {
  const button = make("button", { type: "button", "data-wallet": wallet.id });
  if (wallet.icon) button.append(make("img", { src: wallet.icon, alt: "", width: "32", height: "32" }));
  button.append(make("span", {}, wallet.name));
  return button;
}
