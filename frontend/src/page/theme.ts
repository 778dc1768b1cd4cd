// The theme changes at once; the server keeps it in its cookie, so that the next page starts in it without a flash.

import { findAll } from "./dom";

export function startThemeSwitch(): void {
  document.addEventListener("submit", (event) => {
    const { submitter } = event;
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !(submitter instanceof HTMLButtonElement) || submitter.name !== "theme")
      return;
    event.preventDefault();
    choose(submitter);
    void fetch(form.action, { method: "POST", body: new FormData(form, submitter), redirect: "manual" });
  });
}

function choose(button: HTMLButtonElement): void {
  if (button.value) document.documentElement.dataset.theme = button.value;
  else delete document.documentElement.dataset.theme;
  for (const other of findAll("button[name=theme]")) {
    if (other === button) other.setAttribute("aria-current", "true");
    else other.removeAttribute("aria-current");
  }
}
