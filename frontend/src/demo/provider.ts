// A demo wallet as the page sees it: EIP-1193, its own sheet, and a proxy to the local chain behind it.

import type { TypedData } from "../chain/eip712";
import { facts, sameAddress } from "../page/facts";
import type { Provider } from "../wallet/provider";
import type { Actor } from "./cast";
import { describeConnect, describeText, describeTransaction, describeTypedData, type Request } from "./describe";
import { approve } from "./sheet";

const READS = new Set([
  "eth_call",
  "eth_getBalance",
  "eth_getTransactionReceipt",
  "eth_estimateGas",
  "eth_blockNumber",
  "eth_gasPrice",
]);

/** As wallets throw it: EIP-1193 codes. */
class WalletError extends Error {
  readonly code: number;
  readonly data: unknown;

  constructor(code: number, message: string, data?: unknown) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

export class DemoProvider implements Provider {
  private readonly actor: Actor;
  private isOpen = false;

  constructor(actor: Actor) {
    this.actor = actor;
  }

  async request({ method, params }: { method: string; params?: unknown }): Promise<unknown> {
    const list = Array.isArray(params) ? (params as unknown[]) : [];
    switch (method) {
      case "eth_accounts":
        return this.isConnected ? [this.actor.address] : [];
      case "eth_requestAccounts":
        if (!this.isConnected) await this.ask(describeConnect());
        localStorage.setItem(this.connectedKey, "1");
        return [this.actor.address];
      case "eth_chainId":
        return `0x${facts().chainId.toString(16)}`;
      case "wallet_switchEthereumChain":
      case "wallet_addEthereumChain":
        return null;
      case "personal_sign":
        this.checkOwn(list[1]);
        await this.ask(describeText(String(list[0])));
        return this.forward(method, list);
      case "eth_signTypedData_v4": {
        this.checkOwn(list[0]);
        const data = (typeof list[1] === "string" ? JSON.parse(list[1]) : list[1]) as TypedData;
        await this.ask(describeTypedData(data));
        return this.forward(method, [list[0], data]);
      }
      case "eth_sendTransaction": {
        const transaction = (list[0] ?? {}) as Record<string, unknown>;
        this.checkOwn(transaction.from);
        await this.ask(describeTransaction(transaction));
        return this.forward(method, list);
      }
      default:
        if (READS.has(method)) return this.forward(method, list);
        throw new WalletError(4200, "The demo wallet cannot do that.");
    }
  }

  on(): void {
    // A demo wallet has one account and one chain: neither ever changes.
  }

  private get connectedKey(): string {
    return `parley:demo:${this.actor.id}:connected`;
  }

  private get isConnected(): boolean {
    return localStorage.getItem(this.connectedKey) === "1";
  }

  private checkOwn(address: unknown): void {
    if (!sameAddress(String(address), this.actor.address))
      throw new WalletError(4100, "This wallet does not hold that account.");
  }

  private async ask(request: Request): Promise<void> {
    if (this.isOpen) throw new WalletError(-32002, "A request is already open.");
    this.isOpen = true;
    try {
      if (!(await approve(this.actor, request))) throw new WalletError(4001, "The user rejected the request.");
    } finally {
      this.isOpen = false;
    }
  }

  private async forward(method: string, params: unknown[]): Promise<unknown> {
    const response = await fetch("/demo/wallet", {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        "X-CSRFToken": document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "",
      },
      body: JSON.stringify({ wallet: this.actor.id, method, params }),
      credentials: "same-origin",
      cache: "no-store",
    });
    const answer = (await response.json().catch(() => null)) as {
      result?: unknown;
      error?: { code?: number; message?: string; data?: unknown };
    } | null;
    if (answer?.error)
      throw new WalletError(
        answer.error.code ?? -32603,
        answer.error.message ?? "The local chain refused.",
        answer.error.data,
      );
    if (!response.ok || !answer) throw new WalletError(-32603, "The local chain cannot be reached.");
    return answer.result;
  }
}
