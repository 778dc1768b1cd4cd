// The only file that knows htmx's names: its configuration, its events and how a fragment is fetched again.

interface SwapDetail {
  ctx: {
    sourceElement?: Element;
    response?: { status: number; raw: Response; headers: Headers };
  };
  tasks?: { fragment?: DocumentFragment }[];
}

interface Htmx {
  config: { morphIgnore: string[]; morphSkip?: string; morphSkipChildren?: string; history: boolean };
  ajax(verb: string, path: string, options: Record<string, unknown>): Promise<void>;
  registerExtension(name: string, extension: Record<string, unknown>): void;
}

interface Security {
  initSecurity(policy: unknown): void;
}

interface Policies {
  createPolicy(name: string, rules: { createHTML(text: string): string; createScript(text: string): string }): unknown;
}

declare global {
  interface Window {
    htmx?: Htmx;
    trustedTypes?: Policies;
  }
}

const LIVE = "[data-live]";

/** Give htmx its Trusted Types policy and teach its morph what the reader owns: open dialogs, and errors on screen. */
export function prepareSwaps(): void {
  const htmx = window.htmx;
  if (!htmx) return;
  htmx.config.morphIgnore = [...htmx.config.morphIgnore, "open"];
  htmx.config.morphSkip = "[hx-morph-skip],[data-tx-card][data-busy],[data-action-error]:not([hidden])";
  htmx.config.morphSkipChildren = "[hx-morph-skip-children],[data-details-list]";
  htmx.registerExtension("parley", {
    init: (api: Security) => {
      // Fragments come from this origin only; a fragment with a script in it is a mistake and is refused.
      const policy = window.trustedTypes?.createPolicy("htmx", {
        createHTML: (text) => text,
        createScript: () => {
          throw new TypeError("Fragments carry no scripts.");
        },
      });
      if (policy) api.initSecurity(policy);
    },
  });
  document.addEventListener("htmx:before:swap", (event) => {
    if (isUnfit((event as CustomEvent<SwapDetail>).detail)) event.preventDefault();
  });
}

/** A live fragment is never replaced by an error page, by a sign-in page or by an older version of itself. */
function isUnfit({ ctx, tasks }: SwapDetail): boolean {
  const source = ctx.sourceElement;
  if (!(source instanceof HTMLElement) || !source.matches(LIVE)) return false;
  if (ctx.response?.status === 401 || ctx.response?.raw.redirected) {
    document.dispatchEvent(new CustomEvent("parley:signed-out"));
    return true;
  }
  if (ctx.response && ctx.response.status >= 400) return true;
  const fresh = tasks?.[0]?.fragment?.firstElementChild;
  if (!(fresh instanceof HTMLElement)) return true;
  return Number(fresh.dataset.version ?? 0) < Number(source.dataset.version ?? 0);
}

/** Fetch a live fragment again and morph it in place: focus, selection and open parts stay. */
export async function refetch(fragment: HTMLElement): Promise<void> {
  const source = fragment.dataset.src;
  if (!source || !fragment.id || !window.htmx) return;
  await window.htmx.ajax("GET", source, { source: fragment, target: fragment, swap: "outerMorph" });
}

/** Refetch every fragment that follows `topic`. */
export async function refetchTopic(topic: string): Promise<void> {
  const fragments = document.querySelectorAll<HTMLElement>(`[data-live="${CSS.escape(topic)}"][data-src]`);
  await Promise.all([...fragments].map((fragment) => refetch(fragment)));
}

/** Call `run` after each swap, once the new content is in the page. */
export function afterSwap(run: () => void): void {
  document.addEventListener("htmx:after:swap", run);
}
