// Calls to /api/v1: session and CSRF, idempotency keys, problem details turned into words.

const BASE = "/api/v1";

interface ProblemDetails {
  type?: string;
  title?: string;
  status?: number;
  detail?: string;
  code?: string;
  errors?: { pointer?: string; detail?: string }[];
  request_id?: string;
}

/** An answer that is not a yes. `message` is fit to be shown. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly fields: { pointer: string; detail: string }[];
  readonly reference: string;
  /** Facts for programs, such as the counter that comes next. */
  readonly extra: Readonly<Record<string, unknown>>;

  constructor(status: number, problem: ProblemDetails) {
    super(words(status, problem));
    this.name = "Refusal";
    this.status = status;
    // `type` ends in the stable code when the field itself is not there.
    this.code = problem.code ?? problem.type?.split(/[/#:]/).pop() ?? "";
    this.fields = (problem.errors ?? []).map(({ pointer, detail }) => ({
      pointer: pointer ?? "",
      detail: detail ?? "",
    }));
    this.reference = status >= 500 ? (problem.request_id ?? "") : "";
    this.extra = { ...problem };
  }

  /** The server did not get or not finish the request: the same call may be made again with the same key. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

function words(status: number, problem: ProblemDetails): string {
  if (status === 0) return "This site cannot be reached just now. Nothing was sent; your input is kept.";
  if (status >= 500 && status !== 503) {
    const code = problem.request_id ? ` Code ${problem.request_id}.` : "";
    return `Something failed on our side. Nothing was changed.${code}`;
  }
  const fields = (problem.errors ?? []).map((error) => error.detail).filter(Boolean);
  if (fields.length > 0) return fields.join(" ");
  return problem.detail || problem.title || `The server answered ${status}.`;
}

function csrfToken(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "";
}

/** A fresh idempotency key: keep it and pass it again to repeat a call safely. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export interface CallOptions {
  key?: string;
  /** Leave a 401 to the caller instead of opening the "sign in again" dialog. */
  isQuiet?: boolean;
}

/** Call the API and return its JSON. Throws `Refusal`. */
export async function call<T>(method: string, path: string, body?: unknown, options: CallOptions = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (method !== "GET") {
    headers["X-CSRFToken"] = csrfToken();
    headers["Idempotency-Key"] = options.key ?? newKey();
  }
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response: Response;
  try {
    response = await fetch(BASE + path, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      credentials: "same-origin",
      cache: "no-store",
    });
  } catch {
    throw new Refusal(0, {});
  }
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok) return answer as T;
  if (response.status === 401 && !options.isQuiet) document.dispatchEvent(new CustomEvent("parley:signed-out"));
  throw new Refusal(response.status, (answer ?? {}) as ProblemDetails);
}
