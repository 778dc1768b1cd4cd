// Sign-in in two stages: connect (reads an address), then a free signature of a text that is shown here first (EIP-4361).

import { call, Refusal } from "../api/client";
import { toHex, utf8 } from "../chain/bytes";
import { find, findAll, make } from "../page/dom";
import { facts, sameAddress, shortAddress } from "../page/facts";
import { say } from "../page/status";
import { rememberWallet, walletButton } from "./choose";
import { knownWallets, onWallets, settledWallets } from "./discovery";
import { Problem } from "./problems";
import { ask, connect, type Wallet } from "./provider";

interface Nonce {
  nonce: string;
  message: string;
}

export function startSignIn(): void {
  for (const root of findAll("[data-signin]")) new SignIn(root);
}

class SignIn {
  private readonly root: HTMLElement;
  private isBusy = false;

  constructor(root: HTMLElement) {
    this.root = root;
    onWallets(() => this.list());
    void settledWallets().then(() => this.list());
  }

  private list(): void {
    const list = find("[data-wallet-list]", this.root);
    if (!list) return;
    const wallets = knownWallets();
    list.replaceChildren(
      ...wallets.map((wallet) => {
        const button = walletButton(wallet);
        button.addEventListener("click", () => void this.run(button, () => this.connect(wallet)));
        return make("li", {}, button);
      }),
    );
    const none = find("[data-no-wallet]", this.root);
    if (none) none.hidden = wallets.length > 0;
    else if (wallets.length === 0) list.append(make("li", {}, "No wallet found in this browser."));
  }

  /** Stage one. */
  private async connect(wallet: Wallet): Promise<void> {
    const address = await connect(wallet);
    await this.prepare(wallet, address);
  }

  /** Stage two: show the exact text, then a button that has it signed. */
  private async prepare(wallet: Wallet, address: string): Promise<Nonce> {
    const nonce = await call<Nonce>("POST", "/auth/nonce", { address });
    checkText(nonce.message, address);
    const box = find("[data-signin-message]", this.root);
    const text = box ? find("pre", box) : null;
    if (!box || !text) throw new Error("This page cannot show the text to sign.");
    text.textContent = nonce.message;
    box.hidden = false;
    const old = find("[data-signin-sign]", box);
    const button = make(
      "button",
      { type: "button", class: "button button-primary", "data-signin-sign": true },
      `Sign in as ${shortAddress(address)}`,
    );
    if (old) old.replaceWith(button);
    else box.append(button);
    button.addEventListener("click", () => void this.run(button, () => this.sign(wallet, address, nonce)));
    button.focus();
    say("Connected. Check the text, then sign it in your wallet.");
    return nonce;
  }

  private async sign(wallet: Wallet, address: string, { message }: Nonce, isSecond = false): Promise<void> {
    const signature = await ask<string>(wallet, "personal_sign", [`0x${toHex(utf8(message))}`, address]);
    try {
      await call("POST", "/auth/siwe", { message, signature }, { isQuiet: true });
    } catch (error) {
      if (!(error instanceof Refusal) || !isNonceOver(error) || isSecond) throw error;
      // The text was on screen for too long: a new one, once.
      const fresh = await this.prepare(wallet, address);
      await this.sign(wallet, address, fresh, true);
      return;
    }
    rememberWallet(address, wallet);
    const next = this.root.dataset.next ?? "/";
    location.assign(next.startsWith("/") && !next.startsWith("//") ? next : "/");
  }

  private async run(button: HTMLButtonElement, deed: () => Promise<void>): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    button.setAttribute("aria-busy", "true");
    this.fail("");
    try {
      await deed();
    } catch (error) {
      const isKnown = error instanceof Problem || error instanceof Refusal || error instanceof Error;
      this.fail(isKnown ? error.message : "Something failed. Nothing was signed.");
      if (button.isConnected) button.focus();
    } finally {
      this.isBusy = false;
      button.removeAttribute("aria-busy");
    }
  }

  private fail(text: string): void {
    const line = find("[data-signin-error]", this.root);
    if (!line) return;
    line.textContent = text;
    line.hidden = !text;
  }
}

function isNonceOver(refusal: Refusal): boolean {
  return /nonce|expired/i.test(refusal.code) || /nonce|expired/i.test(refusal.message);
}

/** The text must name this site and this account: a relayed text from elsewhere would sign in somebody else. */
function checkText(message: string, address: string): void {
  const [first = "", second = ""] = message.split("\n");
  const host = first.replace(" wants you to sign in with your Ethereum account:", "");
  if (host !== location.host && host !== facts().host)
    throw new Error("The text to sign names another site. Do not sign it.");
  if (!sameAddress(second, address)) throw new Error("The text to sign names another account. Do not sign it.");
}
