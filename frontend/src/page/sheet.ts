// Dialogs that script brings itself: native, with a heading, a body and actions; gone from the page once closed.

import { make } from "./dom";

export interface Sheet {
  /** Unique on the page; also the value of `data-sheet`, by which tests find it. */
  name: string;
  title: string;
  body: (Node | string)[];
  actions: HTMLElement[];
}

/** Open a sheet; `closed` runs once it is gone, however that happened. */
export function openSheet({ name, title, body, actions }: Sheet, closed: () => void): HTMLDialogElement {
  document.querySelector<HTMLDialogElement>(`dialog[data-sheet="${CSS.escape(name)}"]`)?.close();
  const heading = `sheet-${name}-title`;
  const dialog = make(
    "dialog",
    { "data-sheet": name, "aria-labelledby": heading },
    make(
      "div",
      { class: "dialog-body" },
      make("h2", { id: heading }, title),
      ...body,
      make("div", { class: "dialog-actions" }, ...actions),
    ),
  );
  dialog.addEventListener("close", () => {
    dialog.remove();
    closed();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** A button for a sheet's row of actions. */
export function sheetButton(label: string, isPrimary = false): HTMLButtonElement {
  return make("button", { type: "button", class: isPrimary ? "button button-primary" : "button" }, label);
}
