// A SEPA credit transfer as a QR code (EPC069-12), made in the browser: the details never leave it in clear.

import { findAll, find, hit, make } from "../page/dom";


/** The text of the code, version 002, UTF-8. Throws for what does not fit. */
export function paymentText({ holder, iban, bic = "", amount }: {
  holder: string;
  iban: string;
  bic?: string;
  amount: string;
}): string {
  const account = iban.replace(/\s/g, "").toUpperCase();
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(account)) throw new Error("This is not an IBAN.");
  if (!/^\d{1,9}(\.\d{1,2})?$/.test(amount)) throw new Error("This is not an amount in euro.");
  if (!holder || holder.length > 70) throw new Error("A name has 1 to 70 characters.");
  // Service tag, version, character set, identification, BIC, name, IBAN, amount; no purpose and no reference.
  return ["BCD", "002", "1", "SCT", bic, holder, account, `EUR${amount}`].join("\n");
}

export function startPaymentCode(): void {
  document.addEventListener("click", (event) => {
    const box = hit(event, "[data-sepa-show]")?.closest<HTMLElement>("[data-sepa]");
    if (box) void show(box);
  });
  const watch = new MutationObserver(offer);
  for (const list of findAll("[data-details-list]")) watch.observe(list, { childList: true });
  offer();
}

/** The code is offered once there are details to put into it. */
function offer(): void {
  for (const box of findAll("[data-sepa]")) box.hidden = !valueOf("iban") || !valueOf("holder");
}

async function show(box: HTMLElement): Promise<void> {
  const place = find("[data-sepa-code]", box);
  if (!place) return;
  if (place.childElementCount > 0) {
    place.replaceChildren();
    return;
  }
  try {
    const bic = valueOf("bic");
    const text = paymentText({
      holder: valueOf("holder"),
      iban: valueOf("iban"),
      amount: box.dataset.amount ?? "",
      ...(bic ? { bic } : {}),
    });
    const { drawCode } = await import("./qrcode");
    place.replaceChildren(drawCode(text), make("p", { class: "small muted" }, "Scan it with your bank's app, and compare name and amount there."));
  } catch (error) {
    place.replaceChildren(make("p", { class: "danger-text" }, (error as Error).message));
  }
}

/** A field of the details by its kind: the schema's names differ by method, their endings do not. */
function valueOf(kind: string): string {
  const section = find("[data-payment-details]");
  const schema = JSON.parse(section?.dataset.schema || "{}") as { properties?: Record<string, { title?: string }> };
  const title = Object.entries(schema.properties ?? {}).find(([name]) => name.includes(kind))?.[1].title;
  for (const row of findAll("[data-details-list] .fact")) {
    if (title && find("dt", row)?.textContent?.trim() === title) {
      return find<HTMLElement>("[data-copy]", row)?.dataset.copy ?? find("dd", row)?.textContent?.trim() ?? "";
    }
  }
  return "";
}
