// Asking for the passphrase of a chat backup.

import { make } from "../page/dom";
import { openSheet, sheetButton } from "../page/sheet";
import { declined } from "../wallet/problems";

const LEAST = 12;

/** Ask in a dialog. `make` asks twice and explains, `open` asks once. Rejects when the reader goes back. */
export function askPassphrase(purpose: "make" | "open", problem = ""): Promise<string> {
  const isNew = purpose === "make";
  const first = field("passphrase-first", isNew ? `Passphrase, at least ${LEAST} characters` : "Passphrase", isNew);
  const second = field("passphrase-second", "The same again", isNew);
  const error = make("p", { class: "inline-error", role: "alert", hidden: !problem }, problem);
  const back = sheetButton("Go back");
  const go = make(
    "button",
    { type: "submit", class: "button button-primary", form: "passphrase" },
    isNew ? "Set passphrase" : "Open",
  );
  const form = make("form", { id: "passphrase", class: "stack" }, first.row, isNew && second.row, error);
  const why = isNew
    ? "Your wallet does not give the same signature twice, so it cannot bring your chat key back. A passphrase can. Nobody here can reset it."
    : "It was set when you opened this chat for the first time.";
  const title = isNew ? "Choose a chat passphrase" : "Your chat passphrase";
  return new Promise((resolve, reject) => {
    let answer = "";
    const dialog = openSheet(
      { name: "passphrase", title, body: [make("p", {}, why), form], actions: [back, go] },
      () => {
        if (answer) resolve(answer);
        else reject(declined());
      },
    );
    back.addEventListener("click", () => dialog.close());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const wrong = isNew ? fault(first.input.value, second.input.value) : "";
      error.textContent = wrong;
      error.hidden = !wrong;
      if (wrong) return;
      answer = first.input.value;
      dialog.close();
    });
  });
}

function fault(one: string, other: string): string {
  if (one.length < LEAST) return `Use at least ${LEAST} characters.`;
  return one === other ? "" : "The two are not the same.";
}

function field(id: string, label: string, isNew: boolean): { row: HTMLElement; input: HTMLInputElement } {
  const input = make("input", { id, type: "password", autocomplete: isNew ? "new-password" : "current-password" });
  return { row: make("div", { class: "field" }, make("label", { for: id }, label), input), input };
}
