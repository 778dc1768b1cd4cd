// Switching browser push on: asked for by a button, never on landing; the worker lives under /push/ and serves no page.

import "./page/base";
import { call } from "./api/client";
import { find, whenReady } from "./page/dom";
import { say } from "./page/status";

interface ScriptPolicies {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string };
}

const WORKER = "/push/worker.js";

whenReady(() => {
  const button = find<HTMLButtonElement>("[data-push-on]");
  if (!button) return;
  void describe(button);
  button.addEventListener("click", () => void switchOn(button));
});

async function describe(button: HTMLButtonElement): Promise<void> {
  if (!("serviceWorker" in navigator) || !("PushManager" in window)) {
    button.hidden = true;
    tell("This browser cannot be woken.");
    return;
  }
  const registration = await navigator.serviceWorker.getRegistration("/push/");
  const subscription = await registration?.pushManager.getSubscription();
  if (subscription) tell("Switched on in this browser.");
  else if (Notification.permission === "denied") tell("This browser was told not to show notifications of this site.");
}

async function switchOn(button: HTMLButtonElement): Promise<void> {
  try {
    if ((await Notification.requestPermission()) !== "granted") {
      tell("Not allowed, so nothing was switched on.");
      return;
    }
    const registration = await navigator.serviceWorker.register(trusted(WORKER) as string, { scope: "/push/" });
    await ready(registration);
    const subscription = await registration.pushManager.subscribe({
      userVisibleOnly: true,
      applicationServerKey: button.dataset.key ?? "",
    });
    await call("POST", "/notifications/browsers", { endpoint: subscription.endpoint, label: labelOfBrowser() });
    tell("Switched on in this browser.");
    say("Switched on in this browser.");
  } catch (error) {
    tell(`This did not work: ${(error as Error).message}`);
  }
}

/** A script's address, past the policy that lets no other one in. */
function trusted(url: string): unknown {
  const policies = window.trustedTypes as unknown as ScriptPolicies | undefined;
  if (!policies) return url;
  const policy = policies.createPolicy("parley", {
    createScriptURL: (wanted) => {
      if (wanted !== WORKER) throw new TypeError("Only the push worker is registered.");
      return wanted;
    },
  });
  return policy.createScriptURL(url);
}

/** A subscription needs an active worker. */
function ready(registration: ServiceWorkerRegistration): Promise<void> {
  if (registration.active) return Promise.resolve();
  const worker = registration.installing ?? registration.waiting;
  return new Promise((resolve) => {
    worker?.addEventListener("statechange", () => {
      if (worker.state === "activated") resolve();
    });
  });
}

function labelOfBrowser(): string {
  const agent = navigator.userAgent;
  const name = /Firefox/.test(agent) ? "Firefox" : /Edg/.test(agent) ? "Edge" : /Chrome/.test(agent) ? "Chrome" : "Safari";
  const system = /Android|iPhone|Windows|Mac|Linux/.exec(agent)?.[0] ?? "";
  return system ? `${name} on ${system}` : name;
}

function tell(text: string): void {
  const line = find("[data-push-state]");
  if (line) line.textContent = text;
}
