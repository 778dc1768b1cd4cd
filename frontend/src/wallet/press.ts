// What every button that needs a wallet has in common: one run at a time, errors beside it, the switch of networks.

import { Refusal } from "../api/client";
import { say } from "../page/status";
import { refetchTopic } from "../page/swaps";
import { walletOfAccount } from "./choose";
import { clearError, endSwitch, showError } from "./errors";
import { switchNetwork } from "./network";
import { facts } from "../page/facts";

const running = new WeakSet<HTMLElement>();

/** Run `deed` for `button` unless it is running; show what goes wrong beside it. Returns whether it went well. */
export async function press(button: HTMLElement, deed: () => Promise<void>): Promise<boolean> {
  if (running.has(button)) return false;
  running.add(button);
  button.setAttribute("aria-busy", "true");
  closeDialogOf(button);
  clearError(button);
  try {
    if (button.dataset.switch) await leaveWrongNetwork(button);
    else await deed();
    return true;
  } catch (error) {
    showError(button, error);
    if (error instanceof Refusal && error.status === 409) await showNewState(button);
    return false;
  } finally {
    button.removeAttribute("aria-busy");
    running.delete(button);
  }
}

async function leaveWrongNetwork(button: HTMLElement): Promise<void> {
  await switchNetwork(await walletOfAccount());
  endSwitch(button);
  say(`Your wallet is on ${facts().chainName} now.`);
}

/** The world moved: bring the page up to date, the refusal's own words stay beside the button. */
async function showNewState(button: HTMLElement): Promise<void> {
  const { trade, case: filed } = button.closest<HTMLElement>("[data-trade],[data-case]")?.dataset ?? {};
  const code = trade ?? filed;
  if (!code) return;
  await refetchTopic(`trade:${code}`);
  say("This has changed in the meantime. The page now shows that.");
}

function closeDialogOf(button: HTMLElement): void {
  const dialog = button.closest("dialog");
  if (dialog?.open) dialog.close();
}
