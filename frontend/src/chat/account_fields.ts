// The account fields of a payment method: what its schema asks for, a form of them, and a list of them.

import { find, findAll, make } from "../page/dom";

export type Fields = Record<string, string>;

interface Property {
  title?: string;
  pattern?: string;
}

interface Schema {
  properties: Map<string, Property>;
  required: string[];
}

/** What the form says; null after marking what is missing or odd and leading there. */
export function readForm(form: HTMLFormElement, schema: string | undefined): Fields | null {
  const { required, properties } = schemaOf(schema);
  const fields: Fields = {};
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string" && (properties.size === 0 || properties.has(name))) fields[name] = value.trim();
  }
  const wrong = new Map(required.filter((name) => !fields[name]).map((name) => [name, "This is needed."]));
  for (const [name, { pattern }] of properties) {
    const value = fields[name];
    if (!pattern || !value || fits(value, pattern)) continue;
    // People group account numbers as they are printed; the schema wants them whole.
    const whole = value.replace(/[\s-]/g, "");
    if (fits(whole, pattern)) fields[name] = whole;
    else wrong.set(name, "This does not look right. Check it for a typing mistake.");
  }
  for (const input of findAll<HTMLInputElement>("[name]", form)) markField(input, wrong.get(input.name) ?? "");
  const [first] = wrong.keys();
  if (first === undefined) return fields;
  find(`[name="${CSS.escape(first)}"]`, form)?.focus();
  return null;
}

/** Rows of a description list, each with its own copy button, the holder's name first; empty fields are left out. */
export function sortedRows(fields: Fields, schema: string | undefined): HTMLElement[] {
  const titles = titlesOf(schema);
  return Object.entries(fields)
    .filter(([, value]) => value !== "")
    .sort(([one], [other]) => rank(one, titles) - rank(other, titles))
    .map(([name, value]) => row(titles.get(name) ?? name, value));
}

/** Whether a value fits a pattern of the method's schema; a pattern this browser cannot read checks nothing. */
function fits(value: string, pattern: string): boolean {
  try {
    return new RegExp(pattern, "u").test(value);
  } catch {
    return true;
  }
}

function markField(input: HTMLElement, problem: string): void {
  const line = document.getElementById(`${input.id}-error`);
  if (problem) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
  if (!line) return;
  line.textContent = problem;
  line.hidden = !problem;
}

function schemaOf(text: string | undefined): Schema {
  try {
    const schema = JSON.parse(text ?? "{}") as { properties?: Record<string, Property>; required?: string[] };
    return { properties: new Map(Object.entries(schema.properties ?? {})), required: schema.required ?? [] };
  } catch {
    return { properties: new Map(), required: [] };
  }
}

function titlesOf(text: string | undefined): Map<string, string> {
  return new Map([...schemaOf(text).properties].map(([name, { title }]) => [name, title ?? name]));
}

/** Order of the schema, but whose account it is always comes first. */
function rank(name: string, titles: Map<string, string>): number {
  if (/holder|name/i.test(name)) return -1;
  const place = [...titles.keys()].indexOf(name);
  return place < 0 ? titles.size : place;
}

function row(title: string, value: string): HTMLElement {
  // `Account holder` is spoken in lower case, `IBAN` is not.
  const label = /^[A-Z]{2}/.test(title) ? title : title.toLowerCase();
  return make(
    "div",
    { class: "fact" },
    make("dt", {}, title),
    make(
      "dd",
      {},
      make("bdi", {}, value),
      " ",
      make(
        "button",
        { type: "button", class: "copy", "data-copy": value, "data-copy-name": label },
        "Copy",
        make("span", { class: "visually-hidden" }, ` ${label}`),
      ),
    ),
  );
}
