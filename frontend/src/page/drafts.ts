// Drafts survive a reload: what is typed into `data-draft` fields is kept on this device until the form is sent.

import { findAll, hit } from "./dom";
import { facts } from "./facts";

type Field = HTMLTextAreaElement | HTMLInputElement;

function keyOf(field: Field): string {
  const name = field.dataset.draft || field.name || field.id;
  return `parley:${facts().account.toLowerCase()}:draft:${location.pathname}:${name}`;
}

export function startDrafts(): void {
  for (const field of findAll<Field>("textarea[data-draft],input[data-draft]")) restoreDraft(field);
  document.addEventListener("input", (event) => {
    const field = hit<Field>(event, "textarea[data-draft],input[data-draft]");
    if (!field) return;
    if (field.value) localStorage.setItem(keyOf(field), field.value);
    else localStorage.removeItem(keyOf(field));
  });
  document.addEventListener("submit", (event) => {
    // Forms that script sends forget their drafts themselves, once it went well.
    if (event.defaultPrevented || !(event.target instanceof HTMLFormElement)) return;
    for (const field of findAll<Field>("[data-draft]", event.target)) localStorage.removeItem(keyOf(field));
  });
}

/** Put back what was typed before, unless the server filled the field. */
export function restoreDraft(field: Field): void {
  const kept = localStorage.getItem(keyOf(field));
  if (kept && !field.value) field.value = kept;
}

/** The text was sent: its draft is no longer needed. */
export function forgetDraft(field: Field): void {
  localStorage.removeItem(keyOf(field));
}
